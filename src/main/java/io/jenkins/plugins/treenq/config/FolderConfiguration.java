// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.config;

import com.cloudbees.hudson.plugins.folder.AbstractFolder;
import com.cloudbees.hudson.plugins.folder.AbstractFolderProperty;
import com.cloudbees.hudson.plugins.folder.AbstractFolderPropertyDescriptor;
import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Util;
import hudson.model.Item;
import hudson.model.ItemGroup;
import hudson.util.ListBoxModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.sf.json.JSONObject;
import org.jenkinsci.Symbol;
import org.jenkinsci.plugins.variant.OptionalExtension;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.StaplerRequest2;
import org.kohsuke.stapler.verb.POST;

/** The builders and registries of a folder, which only the jobs in the folder and its subfolders can use. */
public class FolderConfiguration extends AbstractFolderProperty<AbstractFolder<?>> implements Scope {
    private static final String FOLDERS = "cloudbees-folder";

    private List<BuildkitBuilder> builders = new ArrayList<>();
    private List<Registry> registries = new ArrayList<>();
    private String defaultBuilder;

    @DataBoundConstructor
    public FolderConfiguration() {
        // All properties have default values.
    }

    /** Sets default values for parameters that are missing in XML that was written by hand. */
    protected Object readResolve() {
        builders = new ArrayList<>(Util.fixNull(builders));
        registries = new ArrayList<>(Util.fixNull(registries));
        return this;
    }

    @Override
    public ItemGroup<?> group() {
        return owner;
    }

    @Override
    public List<BuildkitBuilder> getBuilders() {
        return List.copyOf(builders);
    }

    /** @throws IllegalArgumentException if two builders have the same name, or one uses a socket of the controller */
    @DataBoundSetter
    public void setBuilders(@CheckForNull List<BuildkitBuilder> builders) {
        List<BuildkitBuilder> unique = UniqueNames.uniqueBuilders(builders);
        unique.forEach(BuildkitBuilder::requireForFolder);
        this.builders = unique;
    }

    @Override
    public List<Registry> getRegistries() {
        return List.copyOf(registries);
    }

    /** @throws IllegalArgumentException if two registries have the same host */
    @DataBoundSetter
    public void setRegistries(@CheckForNull List<Registry> registries) {
        this.registries = UniqueNames.uniqueRegistries(registries);
    }

    @Override
    @CheckForNull
    public String getDefaultBuilder() {
        return defaultBuilder;
    }

    @DataBoundSetter
    public void setDefaultBuilder(@CheckForNull String defaultBuilder) {
        this.defaultBuilder = Util.fixEmptyAndTrim(defaultBuilder);
    }

    /** Returns the builders that jobs in a folder with this configuration can use. */
    private List<BuildkitBuilder> visible(@CheckForNull AbstractFolder<?> folder) {
        List<BuildkitBuilder> visible = new ArrayList<>(builders);
        JobConfiguration.of(folder != null && folder.getParent() instanceof Item outer ? outer : null)
                .builders()
                .forEach(builder -> visible.add(builder.item()));
        return visible;
    }

    private boolean isEmpty() {
        return builders.isEmpty() && registries.isEmpty() && defaultBuilder == null;
    }

    /** Finds the configuration of a folder. */
    @OptionalExtension(requirePlugins = FOLDERS)
    public static final class InFolder implements Scope.Finder {
        @Override
        public Optional<FolderConfiguration> in(ItemGroup<?> group) {
            return group instanceof AbstractFolder<?> folder
                    ? Optional.ofNullable(folder.getProperties().get(FolderConfiguration.class))
                    : Optional.empty();
        }
    }

    /** Form and validation of a folder's configuration. */
    @OptionalExtension(requirePlugins = FOLDERS)
    @Symbol("treenq")
    public static final class DescriptorImpl extends AbstractFolderPropertyDescriptor {
        @NonNull
        @Override
        public String getDisplayName() {
            return Messages.TreenqConfiguration_displayName();
        }

        /** Returns the configuration, or null if it is empty. */
        @CheckForNull
        @Override
        public AbstractFolderProperty<?> newInstance(StaplerRequest2 req, @NonNull JSONObject form)
                throws FormException {
            if (form.isNullObject()) {
                return null;
            }
            try {
                FolderConfiguration configuration = req.bindJSON(FolderConfiguration.class, form);
                UniqueNames.requireDefault(
                        configuration.defaultBuilder,
                        configuration.visible(req.findAncestorObject(AbstractFolder.class)));
                return configuration.isEmpty() ? null : configuration;
            } catch (IllegalArgumentException e) {
                throw UniqueNames.refused(e);
            }
        }

        @POST
        public ListBoxModel doFillDefaultBuilderItems(
                @AncestorInPath Item item, @QueryParameter String defaultBuilder) {
            return UniqueNames.choice(item, defaultBuilder);
        }
    }
}
