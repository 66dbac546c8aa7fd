// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.parameters;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import hudson.Util;
import hudson.model.AbstractDescribableImpl;
import io.jenkins.plugins.treenq.buildkit.SshKey;
import io.jenkins.plugins.treenq.credentials.BuildCredentials;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.kohsuke.stapler.DataBoundSetter;

/** What answers when a step of the Dockerfile mounts SSH. */
public abstract class SshAccess extends AbstractDescribableImpl<SshAccess> implements Serializable {
    private static final long serialVersionUID = 1;

    public static final String DEFAULT_ID = "default";

    private String id = DEFAULT_ID;

    SshAccess() {}

    /** As {@code RUN --mount=type=ssh,id=…} has it. */
    public String getId() {
        return id;
    }

    @DataBoundSetter
    public void setId(@CheckForNull String id) {
        String given = Util.fixEmptyAndTrim(id);
        this.id = given == null ? DEFAULT_ID : given;
    }

    /** The same with variables filled in. */
    public abstract SshAccess expanded(UnaryOperator<String> expand);

    /** Keys to serve; none when an agent does. */
    public List<SshKey> keys(BuildCredentials credentials) throws AbortException {
        return List.of();
    }

    /**
     * The socket of an agent on the machine that the build runs on; null when keys are served.
     *
     * @param environment of the build
     */
    @CheckForNull
    public String socket(Map<String, String> environment) throws AbortException {
        return null;
    }
}
