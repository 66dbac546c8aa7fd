// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.parameters;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import hudson.Util;
import hudson.model.Item;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.treenq.credentials.BuildCredentials;
import io.jenkins.plugins.treenq.credentials.CredentialsChoice;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** A cache in an external store. The daemon itself accesses the store, with keys that it receives for the build. */
public abstract class RemoteCache extends BuildCache {
    private static final long serialVersionUID = 1;

    private String credentialsId;

    RemoteCache() {}

    /** Returns the ID of the credentials for the store; null if the daemon has its own credentials. */
    @CheckForNull
    public final String getCredentialsId() {
        return credentialsId;
    }

    @DataBoundSetter
    public final void setCredentialsId(@CheckForNull String credentialsId) {
        this.credentialsId = Util.fixEmptyAndTrim(credentialsId);
    }

    /** Returns the values of the credentials by BuildKit's keys. */
    abstract Map<String, String> keys(BuildCredentials credentials, String id) throws AbortException;

    @Override
    final Map<String, String> secretAttributes(BuildCredentials credentials, UnaryOperator<String> expand)
            throws AbortException {
        return credentialsId == null ? Map.of() : keys(credentials, expand.apply(credentialsId));
    }

    /** The parts of the form that all external caches have in common. */
    abstract static class RemoteCacheDescriptor extends CacheDescriptor {
        @POST
        public ListBoxModel doFillCredentialsIdItems(@AncestorInPath Item item, @QueryParameter String credentialsId) {
            return CredentialsChoice.secrets(item, credentialsId);
        }
    }
}
