// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.EnvVars;
import hudson.Extension;
import hudson.FilePath;
import hudson.Util;
import hudson.model.Item;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.Platform;
import io.jenkins.plugins.treenq.buildkit.client.DockerfileBuild;
import io.jenkins.plugins.treenq.config.BuildkitBuilder;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import io.jenkins.plugins.treenq.credentials.CredentialsChoice;
import io.jenkins.plugins.treenq.report.BuiltImage;
import io.jenkins.plugins.treenq.run.ImageBuild;
import io.jenkins.plugins.treenq.run.ImageOrder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import jenkins.model.Jenkins;
import net.sf.json.JSONObject;
import org.jenkinsci.plugins.structs.describable.CustomDescribableModel;
import org.jenkinsci.plugins.structs.describable.UninstantiatedDescribable;
import org.jenkinsci.plugins.workflow.steps.Step;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepDescriptor;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.jenkinsci.plugins.workflow.steps.SynchronousNonBlockingStepExecution;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.DoNotUse;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.StaplerRequest2;
import org.kohsuke.stapler.verb.POST;

/** Builds an image of a Dockerfile on a BuildKit daemon, and is all the parameters that the freestyle step has too. */
public final class TreenqBuildStep extends Step {
    private final List<String> tags;
    private String context = DescriptorImpl.DEFAULT_CONTEXT;
    private String dockerfile = DescriptorImpl.DEFAULT_DOCKERFILE;
    private String target;
    private List<String> buildArgs = new ArrayList<>();
    private List<String> labels = new ArrayList<>();
    private List<String> platforms = new ArrayList<>();
    private boolean pull;
    private boolean noCache;
    private boolean push = true;
    private String builder;
    private String credentialsId;

    @DataBoundConstructor
    public TreenqBuildStep(@CheckForNull List<String> tags) {
        this.tags = normalized(tags);
    }

    /** Names of the image; without any, it is only checked whether the build succeeds. */
    public List<String> getTags() {
        return tags;
    }

    /** Folder whose files the build may use. */
    public String getContext() {
        return context;
    }

    @DataBoundSetter
    public void setContext(@CheckForNull String context) {
        this.context = orElse(context, DescriptorImpl.DEFAULT_CONTEXT);
    }

    /** Relative to the context. */
    public String getDockerfile() {
        return dockerfile;
    }

    @DataBoundSetter
    public void setDockerfile(@CheckForNull String dockerfile) {
        this.dockerfile = orElse(dockerfile, DescriptorImpl.DEFAULT_DOCKERFILE);
    }

    /** Stage to build; null for the last one. */
    @CheckForNull
    public String getTarget() {
        return target;
    }

    @DataBoundSetter
    public void setTarget(@CheckForNull String target) {
        this.target = Util.fixEmptyAndTrim(target);
    }

    /** Each as {@code NAME=value}. */
    public List<String> getBuildArgs() {
        return buildArgs;
    }

    @DataBoundSetter
    public void setBuildArgs(@CheckForNull List<String> buildArgs) {
        this.buildArgs = withoutBlanks(buildArgs);
    }

    /** Each as {@code name=value}. */
    public List<String> getLabels() {
        return labels;
    }

    @DataBoundSetter
    public void setLabels(@CheckForNull List<String> labels) {
        this.labels = withoutBlanks(labels);
    }

    /** Such as {@code linux/arm64}; none for the builder's own. */
    public List<String> getPlatforms() {
        return platforms;
    }

    @DataBoundSetter
    public void setPlatforms(@CheckForNull List<String> platforms) {
        this.platforms = normalized(platforms);
    }

    /** Whether registries are asked for newer base images. */
    public boolean isPull() {
        return pull;
    }

    @DataBoundSetter
    public void setPull(boolean pull) {
        this.pull = pull;
    }

    /** Whether every step runs again. */
    public boolean isNoCache() {
        return noCache;
    }

    @DataBoundSetter
    public void setNoCache(boolean noCache) {
        this.noCache = noCache;
    }

    /** Whether the tags are pushed to their registries. */
    public boolean isPush() {
        return push;
    }

    @DataBoundSetter
    public void setPush(boolean push) {
        this.push = push;
    }

    /** Null for the default one. */
    @CheckForNull
    public String getBuilder() {
        return builder;
    }

    @DataBoundSetter
    public void setBuilder(@CheckForNull String builder) {
        this.builder = Util.fixEmptyAndTrim(builder);
    }

    /** Login for the tags' registries; null for those that are configured for all jobs. */
    @CheckForNull
    public String getCredentialsId() {
        return credentialsId;
    }

    @DataBoundSetter
    public void setCredentialsId(@CheckForNull String credentialsId) {
        this.credentialsId = Util.fixEmptyAndTrim(credentialsId);
    }

    /**
     * The parameters as the service takes them.
     *
     * @param expand fills in variables
     * @throws AbortException when an argument or a label has no value
     */
    ImageOrder order(UnaryOperator<String> expand) throws AbortException {
        List<String> names = normalized(tags.stream().map(expand).toList());
        DockerfileBuild build = new DockerfileBuild(
                expand.apply(dockerfile),
                target == null ? "" : expand.apply(target),
                Assignments.map(buildArgs, "buildArgs", expand),
                Assignments.map(labels, "labels", expand),
                normalized(platforms.stream().map(expand).toList()),
                names,
                pull,
                noCache,
                push && !names.isEmpty());
        return new ImageOrder(
                build,
                expand.apply(context),
                builder == null ? null : Util.fixEmptyAndTrim(expand.apply(builder)),
                credentialsId == null ? null : Util.fixEmptyAndTrim(expand.apply(credentialsId)));
    }

    @Override
    public StepExecution start(StepContext context) {
        return new Execution(this, context);
    }

    private static String orElse(@CheckForNull String value, String otherwise) {
        String given = Util.fixEmptyAndTrim(value);
        return given == null ? otherwise : given;
    }

    private static List<String> normalized(@CheckForNull Collection<String> values) {
        List<String> trimmed = withoutBlanks(values);
        trimmed.replaceAll(String::trim);
        return trimmed;
    }

    private static List<String> withoutBlanks(@CheckForNull Collection<String> values) {
        List<String> given = new ArrayList<>(values == null ? List.of() : values);
        given.removeIf(value -> value == null || value.isBlank());
        return given;
    }

    /** Holds a thread while the agent builds, and does not outlive a restart of the controller. */
    private static final class Execution extends SynchronousNonBlockingStepExecution<BuiltImage> {
        private static final long serialVersionUID = 1;

        private final transient TreenqBuildStep step;

        Execution(TreenqBuildStep step, StepContext context) {
            super(context);
            this.step = step;
        }

        @Override
        protected BuiltImage run() throws IOException, InterruptedException {
            StepContext context = getContext();
            ImageOrder order = step.order(UnaryOperator.identity());
            return new ImageBuild(order, context.get(Run.class), context.get(TaskListener.class))
                    .perform(context.get(FilePath.class), context.get(EnvVars.class));
        }
    }

    /**
     * The step's form and syntax. A form has the lists as lines of text; a Jenkinsfile has {@code buildArgs} and
     * {@code labels} as maps.
     */
    @Extension
    public static final class DescriptorImpl extends StepDescriptor implements CustomDescribableModel {
        public static final String DEFAULT_CONTEXT = ".";
        public static final String DEFAULT_DOCKERFILE = "Dockerfile";

        private static final Set<String> ASSIGNMENTS = Set.of("buildArgs", "labels");
        private static final Set<String> LISTS = Set.of("tags", "platforms", UninstantiatedDescribable.ANONYMOUS_KEY);

        @Override
        public String getFunctionName() {
            return "treenqBuild";
        }

        @NonNull
        @Override
        public String getDisplayName() {
            return Messages.TreenqBuildStep_displayName();
        }

        @Override
        public Set<? extends Class<?>> getRequiredContext() {
            return Set.of(Run.class, FilePath.class, EnvVars.class, TaskListener.class);
        }

        @Override
        public String argumentsToString(@NonNull Map<String, Object> namedArgs) {
            return namedArgs.get("tags") instanceof List<?> tags ? Util.join(tags, ", ") : null;
        }

        /** What a text area shows of a list. */
        @Restricted(DoNotUse.class)
        public String lines(@CheckForNull List<String> values) {
            return values == null ? "" : String.join("\n", values);
        }

        @Override
        public Step newInstance(@CheckForNull StaplerRequest2 req, @NonNull JSONObject form) throws FormException {
            for (String field : List.of("tags", "platforms", "buildArgs", "labels")) {
                if (form.get(field) instanceof String text) {
                    form.put(field, text.lines().map(String::strip).toList());
                }
            }
            return super.newInstance(req, form);
        }

        /** A Jenkinsfile may give a single text for a list, and a map for assignments. */
        @NonNull
        @Override
        public Map<String, Object> customInstantiate(@NonNull Map<String, Object> arguments) {
            Map<String, Object> bindable = new LinkedHashMap<>(arguments);
            bindable.replaceAll((name, value) -> {
                if (ASSIGNMENTS.contains(name) && value instanceof Map<?, ?> map) {
                    return Assignments.texts(map);
                }
                return LISTS.contains(name) && value instanceof CharSequence text ? List.of(text.toString()) : value;
            });
            return bindable;
        }

        @NonNull
        @Override
        public UninstantiatedDescribable customUninstantiate(@NonNull UninstantiatedDescribable step) {
            Map<String, Object> readable = new LinkedHashMap<>(step.getArguments());
            for (String name : ASSIGNMENTS) {
                if (readable.get(name) instanceof List<?> texts) {
                    readable.put(name, asMap(texts));
                }
            }
            return step.withArguments(readable);
        }

        /** The list itself when it has something that is no assignment. */
        private static Object asMap(List<?> texts) {
            try {
                return Assignments.map(texts.stream().map(String::valueOf).toList(), "", UnaryOperator.identity());
            } catch (AbortException e) {
                return texts;
            }
        }

        @POST
        public ListBoxModel doFillBuilderItems(@AncestorInPath Item item, @QueryParameter String builder) {
            ListBoxModel names = new ListBoxModel();
            names.add(Messages.TreenqBuildStep_defaultBuilder(), "");
            if (mayConfigure(item)) {
                TreenqConfiguration.get().getBuilders().stream()
                        .map(BuildkitBuilder::getName)
                        .forEach(names::add);
            }
            if (builder != null && !builder.isEmpty() && names.stream().noneMatch(o -> o.value.equals(builder))) {
                names.add(builder);
            }
            return names;
        }

        @POST
        public ListBoxModel doFillCredentialsIdItems(@AncestorInPath Item item, @QueryParameter String credentialsId) {
            return CredentialsChoice.logins(item, credentialsId);
        }

        @POST
        public FormValidation doCheckTags(@AncestorInPath Item item, @QueryParameter String value) {
            return checkLines(item, value, ImageName::parse);
        }

        @POST
        public FormValidation doCheckPlatforms(@AncestorInPath Item item, @QueryParameter String value) {
            return checkLines(item, value, Platform::parse);
        }

        @POST
        public FormValidation doCheckBuildArgs(@AncestorInPath Item item, @QueryParameter String value) {
            return checkLines(item, value, DescriptorImpl::requireAssignment);
        }

        @POST
        public FormValidation doCheckLabels(@AncestorInPath Item item, @QueryParameter String value) {
            return checkLines(item, value, DescriptorImpl::requireAssignment);
        }

        private static void requireAssignment(String line) {
            if (line.indexOf('=') < 1) {
                throw new IllegalArgumentException(Messages.TreenqBuildStep_notAnAssignment(line));
            }
        }

        /** Nothing is known of what a variable will be. */
        private static FormValidation checkLines(Item item, String value, Consumer<String> check) {
            if (!mayConfigure(item)) {
                return FormValidation.ok();
            }
            try {
                Util.fixNull(value)
                        .lines()
                        .map(String::strip)
                        .filter(line -> !line.isEmpty() && !line.contains("$"))
                        .forEach(check);
                return FormValidation.ok();
            } catch (IllegalArgumentException e) {
                return FormValidation.error(e.getMessage());
            }
        }

        private static boolean mayConfigure(@CheckForNull Item item) {
            return item == null
                    ? Jenkins.get().hasPermission(Jenkins.ADMINISTER)
                    : item.hasPermission(Item.EXTENDED_READ);
        }
    }
}
