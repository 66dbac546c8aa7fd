// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.parameters;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import hudson.Extension;
import hudson.Util;
import hudson.model.Item;
import hudson.util.FormValidation;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogin;
import io.jenkins.plugins.treenq.credentials.BuildCredentials;
import java.util.Map;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** A cache in an S3 bucket, or in another object store with the S3 protocol. */
public final class S3Cache extends ObjectStoreCache {
    private static final long serialVersionUID = 1;

    private final String bucket;
    private final String region;
    private String endpointUrl;

    @DataBoundConstructor
    public S3Cache(@CheckForNull String bucket, @CheckForNull String region) {
        this.bucket = Util.fixNull(bucket).trim();
        this.region = Util.fixNull(region).trim();
    }

    /** Returns the name of the bucket. */
    public String getBucket() {
        return bucket;
    }

    /** Returns the region of the bucket. */
    public String getRegion() {
        return region;
    }

    /** Returns the URL of an object store other than Amazon's; null for Amazon. */
    @CheckForNull
    public String getEndpointUrl() {
        return endpointUrl;
    }

    @DataBoundSetter
    public void setEndpointUrl(@CheckForNull String endpointUrl) {
        this.endpointUrl = Util.fixEmptyAndTrim(endpointUrl);
    }

    @Override
    String type() {
        return "s3";
    }

    @Override
    Map<String, String> attributes(boolean from) {
        Map<String, String> values = super.attributes(from);
        values.put("bucket", bucket);
        values.put("region", region);
        values.put("endpoint_url", endpointUrl);
        return values;
    }

    @Override
    Map<String, String> keys(BuildCredentials credentials, String id) throws AbortException {
        RegistryLogin keys = credentials.loginFor(id, null, "cache in S3");
        return Map.of("access_key_id", keys.username(), "secret_access_key", keys.secret());
    }

    /** Form of the cache. */
    @Extension
    @Symbol("s3Cache")
    public static final class DescriptorImpl extends RemoteCacheDescriptor {
        @Override
        public String getDisplayName() {
            return Messages.S3Cache_displayName();
        }

        @POST
        public FormValidation doCheckBucket(@AncestorInPath Item item, @QueryParameter String value) {
            return LineList.checkRequired(item, value, bucket -> {});
        }

        @POST
        public FormValidation doCheckRegion(@AncestorInPath Item item, @QueryParameter String value) {
            return LineList.checkRequired(item, value, region -> {});
        }

        @POST
        public FormValidation doCheckEndpointUrl(@AncestorInPath Item item, @QueryParameter String value) {
            return LineList.check(item, value, CacheDescriptor::checkUrl);
        }
    }
}
