// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.connect;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Util;
import hudson.model.AbstractDescribableImpl;
import hudson.model.Descriptor;
import org.jenkinsci.Symbol;
import org.jenkinsci.plugins.variant.OptionalExtension;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;

/** The agent that checks out the sources of a build, for repositories that the daemon cannot fetch. */
public final class AgentCheckout extends AbstractDescribableImpl<AgentCheckout> {
    private String label;

    @DataBoundConstructor
    public AgentCheckout() {
        // Without a label, any agent is used.
    }

    /** Returns the label expression of the agents; null for any agent. */
    @CheckForNull
    public String getLabel() {
        return label;
    }

    @DataBoundSetter
    public void setLabel(@CheckForNull String label) {
        this.label = Util.fixEmptyAndTrim(label);
    }

    /** Form of the agent. */
    @OptionalExtension
    @Symbol("agentCheckout")
    public static final class DescriptorImpl extends Descriptor<AgentCheckout> {
        @NonNull
        @Override
        public String getDisplayName() {
            return Messages.AgentCheckout_displayName();
        }
    }
}
