// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.parameters;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import hudson.Extension;
import hudson.Util;
import hudson.model.Item;
import hudson.util.FormValidation;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import java.util.Map;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** A cache that is stored as a separate image in a registry. The login for the registry is that of the build. */
public final class RegistryCache extends BuildCache {
    private static final long serialVersionUID = 1;

    private final String ref;

    @DataBoundConstructor
    public RegistryCache(@CheckForNull String ref) {
        this.ref = Util.fixNull(ref).trim();
    }

    /** Returns the name of the image. */
    public String getRef() {
        return ref;
    }

    @Override
    String type() {
        return "registry";
    }

    @Override
    Map<String, String> attributes(boolean from) throws AbortException {
        if (ref.isEmpty()) {
            throw new AbortException("registryCache needs ref, the name of an image");
        }
        return Map.of("ref", ref);
    }

    /** Form of the cache. */
    @Extension
    @Symbol("registryCache")
    public static final class DescriptorImpl extends CacheDescriptor {
        @Override
        public String getDisplayName() {
            return Messages.RegistryCache_displayName();
        }

        @POST
        public FormValidation doCheckRef(@AncestorInPath Item item, @QueryParameter String value) {
            return LineList.checkRequired(item, value, ImageName::parse);
        }
    }
}
