// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.credentials;

import com.cloudbees.plugins.credentials.domains.DomainRequirement;
import com.cloudbees.plugins.credentials.domains.URIRequirementBuilder;
import edu.umd.cs.findbugs.annotations.CheckForNull;
import java.util.List;
import org.jenkinsci.plugins.docker.commons.credentials.DockerServerDomainRequirement;

/** The requirements that select credentials by their domains. */
final class Requirements {
    private Requirements() {}

    /** Returns the requirement for a connection to a daemon with a client certificate. */
    static List<DomainRequirement> docker() {
        return List.of(new DockerServerDomainRequirement());
    }

    /**
     * Returns the requirements for a login to a registry.
     *
     * @param host host of the registry; null or empty for any registry
     */
    static List<DomainRequirement> registry(@CheckForNull String host) {
        return host == null || host.isEmpty()
                ? List.of()
                : URIRequirementBuilder.fromUri("https://" + host).build();
    }

    /**
     * Returns the requirements for access to an address.
     *
     * @param address the address; null if it is unknown
     */
    static List<DomainRequirement> address(@CheckForNull String address) {
        return address == null
                ? List.of()
                : URIRequirementBuilder.fromUri(address).build();
    }
}
