// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.parameters;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import hudson.Extension;
import hudson.Util;
import hudson.model.Item;
import hudson.util.FormValidation;
import io.jenkins.plugins.treenq.credentials.BuildCredentials;
import java.util.Map;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** A cache in Azure Blob Storage. */
public final class AzblobCache extends ObjectStoreCache {
    private static final long serialVersionUID = 1;

    private final String accountUrl;
    private String container;

    @DataBoundConstructor
    public AzblobCache(@CheckForNull String accountUrl) {
        this.accountUrl = Util.fixNull(accountUrl).trim();
    }

    /** Returns the URL of the storage account. */
    public String getAccountUrl() {
        return accountUrl;
    }

    /** Returns the name of the container; null for BuildKit's default, {@code buildkit-cache}. */
    @CheckForNull
    public String getContainer() {
        return container;
    }

    @DataBoundSetter
    public void setContainer(@CheckForNull String container) {
        this.container = Util.fixEmptyAndTrim(container);
    }

    @Override
    String type() {
        return "azblob";
    }

    @Override
    Map<String, String> attributes(boolean from) {
        Map<String, String> values = super.attributes(from);
        values.put("account_url", accountUrl);
        values.put("container", container);
        return values;
    }

    @Override
    Map<String, String> keys(BuildCredentials credentials, String id) throws AbortException {
        return Map.of("secret_access_key", credentials.text(id, "cache in Azure"));
    }

    /** Form of the cache. */
    @Extension
    @Symbol("azblobCache")
    public static final class DescriptorImpl extends RemoteCacheDescriptor {
        @Override
        public String getDisplayName() {
            return Messages.AzblobCache_displayName();
        }

        @POST
        public FormValidation doCheckAccountUrl(@AncestorInPath Item item, @QueryParameter String value) {
            return LineList.checkRequired(item, value, CacheDescriptor::checkUrl);
        }
    }
}
