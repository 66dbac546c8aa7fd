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

/** The SSH keys or the SSH agent for instructions of the Dockerfile that mount SSH. */
public abstract class SshAccess extends AbstractDescribableImpl<SshAccess> implements Serializable {
    private static final long serialVersionUID = 1;

    public static final String DEFAULT_ID = "default";

    private String id = DEFAULT_ID;

    SshAccess() {}

    /** Sets default values for parameters that are missing in XML that was written by hand. */
    protected Object readResolve() {
        setId(id);
        return this;
    }

    /** Returns the ID in {@code RUN --mount=type=ssh,id=…}. */
    public String getId() {
        return id;
    }

    @DataBoundSetter
    public void setId(@CheckForNull String id) {
        String given = Util.fixEmptyAndTrim(id);
        this.id = given == null ? DEFAULT_ID : given;
    }

    /** Returns the same access with variables expanded. */
    public abstract SshAccess expanded(UnaryOperator<String> expand);

    /** Returns the keys that build steps can use; empty if an agent is used. */
    public List<SshKey> keys(BuildCredentials credentials) throws AbortException {
        return List.of();
    }

    /**
     * Returns the socket of an SSH agent on the machine that runs the build; null if keys are used.
     *
     * @param environment environment variables of the build
     */
    @CheckForNull
    public String socket(Map<String, String> environment) throws AbortException {
        return null;
    }
}
