// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.credentials;

import com.cloudbees.plugins.credentials.domains.DomainRequirement;
import com.cloudbees.plugins.credentials.domains.URIRequirementBuilder;
import edu.umd.cs.findbugs.annotations.CheckForNull;
import java.util.List;
import org.jenkinsci.plugins.docker.commons.credentials.DockerServerDomainRequirement;

/** What a credentials domain must be for. */
final class Requirements {
    private Requirements() {}

    /** A daemon that is reached with a client certificate. */
    static List<DomainRequirement> docker() {
        return List.of(new DockerServerDomainRequirement());
    }

    /** @param host null or empty for any registry */
    static List<DomainRequirement> registry(@CheckForNull String host) {
        return host == null || host.isEmpty()
                ? List.of()
                : URIRequirementBuilder.fromUri("https://" + host).build();
    }

    /** @param address null when nothing is known of it */
    static List<DomainRequirement> address(@CheckForNull String address) {
        return address == null
                ? List.of()
                : URIRequirementBuilder.fromUri(address).build();
    }
}
