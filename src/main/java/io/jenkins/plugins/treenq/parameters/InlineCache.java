// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.parameters;

import hudson.Extension;
import java.util.Map;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.DataBoundConstructor;

/** Cache that is part of the image; only left, since it is taken from the image as from any other of a registry. */
public final class InlineCache extends BuildCache {
    private static final long serialVersionUID = 1;

    @DataBoundConstructor
    public InlineCache() {
        // There is nothing to say of it.
    }

    @Override
    String type() {
        return "inline";
    }

    @Override
    Map<String, String> attributes(boolean from) {
        return Map.of();
    }

    /** Form of inline cache. */
    @Extension
    @Symbol("inlineCache")
    public static final class DescriptorImpl extends CacheDescriptor {
        @Override
        public String getDisplayName() {
            return Messages.InlineCache_displayName();
        }
    }
}
