// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.parameters;

import hudson.Extension;
import java.util.Map;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.DataBoundConstructor;

/**
 * A cache that is part of the image. The inline cache is only exported; it is imported from the image in the same way
 * as a cache in a registry.
 */
public final class InlineCache extends BuildCache {
    private static final long serialVersionUID = 1;

    @DataBoundConstructor
    public InlineCache() {
        // The inline cache has no parameters.
    }

    @Override
    String type() {
        return "inline";
    }

    @Override
    Map<String, String> attributes(boolean from) {
        return Map.of();
    }

    /** Form of the cache. */
    @Extension
    @Symbol("inlineCache")
    public static final class DescriptorImpl extends CacheDescriptor {
        @Override
        public String getDisplayName() {
            return Messages.InlineCache_displayName();
        }
    }
}
