// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.parameters;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import hudson.Extension;
import hudson.Util;
import hudson.model.Item;
import hudson.util.FormValidation;
import java.util.Map;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** A cache in a folder of the workspace, for jobs that themselves keep the folder between builds. */
public final class LocalCache extends BuildCache {
    private static final long serialVersionUID = 1;

    private final String path;

    @DataBoundConstructor
    public LocalCache(@CheckForNull String path) {
        this.path = Util.fixNull(path).trim();
    }

    /** Returns the path of the folder in the workspace. */
    public String getPath() {
        return path;
    }

    @Override
    String type() {
        return "local";
    }

    @Override
    Map<String, String> attributes(boolean from) throws AbortException {
        if (path.isEmpty()) {
            throw new AbortException("localCache needs path, a folder in the workspace");
        }
        return Map.of(from ? "src" : "dest", path);
    }

    /** Form of the cache. */
    @Extension
    @Symbol("localCache")
    public static final class DescriptorImpl extends CacheDescriptor {
        @Override
        public String getDisplayName() {
            return Messages.LocalCache_displayName();
        }

        @POST
        public FormValidation doCheckPath(@AncestorInPath Item item, @QueryParameter String value) {
            FormValidation required = LineList.checkRequired(item, value, path -> {});
            return required.kind == FormValidation.Kind.OK ? WorkspacePath.check(item, value) : required;
        }
    }
}
