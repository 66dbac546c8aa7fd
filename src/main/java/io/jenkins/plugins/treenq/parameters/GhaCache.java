// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.parameters;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import hudson.Extension;
import hudson.Util;
import hudson.model.Item;
import hudson.util.FormValidation;
import io.jenkins.plugins.treenq.credentials.BuildCredentials;
import java.util.HashMap;
import java.util.Map;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** A cache in GitHub Actions' cache service, or in another service with its protocol. */
public final class GhaCache extends RemoteCache {
    private static final long serialVersionUID = 1;

    private String url;
    private String urlV2;
    private String scope;

    @DataBoundConstructor
    public GhaCache() {
        // All properties have default values or are set by the daemon.
    }

    /** Returns the URL of the cache service, version 1. */
    @CheckForNull
    public String getUrl() {
        return url;
    }

    @DataBoundSetter
    public void setUrl(@CheckForNull String url) {
        this.url = Util.fixEmptyAndTrim(url);
    }

    /** Returns the URL of the cache service, version 2. */
    @CheckForNull
    public String getUrlV2() {
        return urlV2;
    }

    @DataBoundSetter
    public void setUrlV2(@CheckForNull String urlV2) {
        this.urlV2 = Util.fixEmptyAndTrim(urlV2);
    }

    /**
     * Returns the name that distinguishes this cache from others of the repository; null for BuildKit's default,
     * {@code buildkit}.
     */
    @CheckForNull
    public String getScope() {
        return scope;
    }

    @DataBoundSetter
    public void setScope(@CheckForNull String scope) {
        this.scope = Util.fixEmptyAndTrim(scope);
    }

    @Override
    String type() {
        return "gha";
    }

    @Override
    Map<String, String> attributes(boolean from) {
        Map<String, String> values = new HashMap<>();
        values.put("url", url);
        values.put("url_v2", urlV2);
        values.put("scope", scope);
        return values;
    }

    @Override
    Map<String, String> keys(BuildCredentials credentials, String id) throws AbortException {
        return Map.of("token", credentials.text(id, "cache of GitHub Actions"));
    }

    /** Form of the cache. */
    @Extension
    @Symbol("ghaCache")
    public static final class DescriptorImpl extends RemoteCacheDescriptor {
        @Override
        public String getDisplayName() {
            return Messages.GhaCache_displayName();
        }

        @POST
        public FormValidation doCheckUrl(@AncestorInPath Item item, @QueryParameter String value) {
            return LineList.check(item, value, CacheDescriptor::checkUrl);
        }

        @POST
        public FormValidation doCheckUrlV2(@AncestorInPath Item item, @QueryParameter String value) {
            return LineList.check(item, value, CacheDescriptor::checkUrl);
        }
    }
}
