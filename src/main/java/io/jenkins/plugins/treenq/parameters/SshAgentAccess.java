// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.parameters;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import hudson.Extension;
import hudson.Util;
import hudson.model.Descriptor;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;

/** An SSH agent that runs on the machine of the build, such as the one that the step {@code sshagent} starts. */
public final class SshAgentAccess extends SshAccess {
    private static final long serialVersionUID = 1;

    private static final String VARIABLE = "SSH_AUTH_SOCK";

    private String socket;

    @DataBoundConstructor
    public SshAgentAccess() {
        // All properties have default values.
    }

    /**
     * Returns the path of the SSH agent's socket; null for the path in the environment variable {@code SSH_AUTH_SOCK}.
     */
    @CheckForNull
    public String getSocket() {
        return socket;
    }

    @DataBoundSetter
    public void setSocket(@CheckForNull String socket) {
        this.socket = Util.fixEmptyAndTrim(socket);
    }

    @Override
    public SshAccess expanded(UnaryOperator<String> expand) {
        SshAgentAccess expanded = new SshAgentAccess();
        expanded.setId(expand.apply(getId()));
        expanded.setSocket(socket == null ? null : expand.apply(socket));
        return expanded;
    }

    @Override
    public String socket(Map<String, String> environment) throws AbortException {
        String path = socket != null ? socket : environment.get(VARIABLE);
        if (path == null) {
            throw new AbortException("ssh '" + getId() + "': no SSH agent was found, because the variable " + VARIABLE
                    + " is not set; set the socket, or run the step inside sshagent");
        }
        return path;
    }

    /** Form of an SSH agent. */
    @Extension
    @Symbol("sshAgent")
    public static final class DescriptorImpl extends Descriptor<SshAccess> {
        @Override
        public String getDisplayName() {
            return Messages.SshAgentAccess_displayName();
        }
    }
}
