// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.EnvVars;
import hudson.Extension;
import hudson.Util;
import hudson.console.ConsoleLogFilter;
import hudson.model.Item;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.util.FormValidation;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.metadata.BuildOrigin;
import io.jenkins.plugins.treenq.metadata.ImageMetadata;
import io.jenkins.plugins.treenq.metadata.MetadataRules;
import io.jenkins.plugins.treenq.metadata.Repository;
import io.jenkins.plugins.treenq.parameters.KeyValueList;
import io.jenkins.plugins.treenq.parameters.LineList;
import io.jenkins.plugins.treenq.report.MetadataResult;
import io.jenkins.plugins.treenq.run.ConsoleMask;
import io.jenkins.plugins.treenq.run.ConsoleMasks;
import io.jenkins.plugins.treenq.run.RunOrigin;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Serializable;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jenkinsci.plugins.workflow.steps.Step;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.jenkinsci.plugins.workflow.steps.SynchronousStepExecution;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/**
 * The Pipeline step that creates tags, labels and annotations from the sources of the build, by rules in the language
 * of docker/metadata-action. The freestyle build step uses the parameters of this class, too.
 */
public final class TreenqMetadataStep extends Step implements Serializable {
    private static final long serialVersionUID = 1;
    private static final String SCHEDULE = "schedule";

    private List<String> images;
    private List<String> tags = new ArrayList<>();
    private List<String> flavor = new ArrayList<>();
    private List<String> labels = new ArrayList<>();
    private List<String> annotations = new ArrayList<>();
    private List<String> annotationLevels = new ArrayList<>();
    private int shortShaLength = BuildOrigin.DEFAULT_SHORT_COMMIT_LENGTH;
    private String ref;
    private String sha;
    private String baseRef;
    private String defaultBranch;
    private String commitDate;
    private String event;

    @DataBoundConstructor
    public TreenqMetadataStep(@CheckForNull List<String> images) {
        this.images = LineList.lines(images);
    }

    /**
     * Sets default values for parameters that are missing in the XML of an earlier version or in XML that was written
     * by hand.
     */
    private Object readResolve() {
        images = LineList.lines(images);
        setTags(tags);
        setFlavor(flavor);
        setLabels(labels);
        setAnnotations(annotations);
        setAnnotationLevels(annotationLevels);
        if (shortShaLength == 0) {
            shortShaLength = BuildOrigin.DEFAULT_SHORT_COMMIT_LENGTH;
        }
        return this;
    }

    /** Returns a step with the same parameters for other images. */
    public TreenqMetadataStep withImages(List<String> names) {
        TreenqMetadataStep step = new TreenqMetadataStep(names);
        step.tags = tags;
        step.flavor = flavor;
        step.labels = labels;
        step.annotations = annotations;
        step.annotationLevels = annotationLevels;
        step.shortShaLength = shortShaLength;
        step.ref = ref;
        step.sha = sha;
        step.baseRef = baseRef;
        step.defaultBranch = defaultBranch;
        step.commitDate = commitDate;
        step.event = event;
        return step;
    }

    /** Returns the names of the images, without tags. */
    public List<String> getImages() {
        return images;
    }

    /**
     * Returns the rules for tags. If the list is empty, the default rules for branches, tags, change requests and
     * schedules are used.
     */
    public List<String> getTags() {
        return tags;
    }

    @DataBoundSetter
    public void setTags(@CheckForNull List<String> tags) {
        this.tags = LineList.lines(tags);
    }

    /** Returns the settings that apply to all rules for tags. */
    public List<String> getFlavor() {
        return flavor;
    }

    @DataBoundSetter
    public void setFlavor(@CheckForNull List<String> flavor) {
        this.flavor = LineList.lines(flavor);
    }

    /** Returns the labels in addition to the default ones, each as {@code name=value}. */
    public List<String> getLabels() {
        return labels;
    }

    @DataBoundSetter
    public void setLabels(@CheckForNull List<String> labels) {
        this.labels = LineList.of(labels);
    }

    /** Returns the annotations in addition to the default ones, each as {@code name=value}. */
    public List<String> getAnnotations() {
        return annotations;
    }

    @DataBoundSetter
    public void setAnnotations(@CheckForNull List<String> annotations) {
        this.annotations = LineList.of(annotations);
    }

    /**
     * Returns the documents that get the annotations, such as {@code index}. If the list is empty, manifests get them.
     */
    public List<String> getAnnotationLevels() {
        return annotationLevels;
    }

    @DataBoundSetter
    public void setAnnotationLevels(@CheckForNull List<String> annotationLevels) {
        this.annotationLevels = LineList.trimmed(annotationLevels);
    }

    /** Returns the number of characters in a short commit hash. */
    public int getShortShaLength() {
        return shortShaLength;
    }

    @DataBoundSetter
    public void setShortShaLength(int shortShaLength) {
        this.shortShaLength = shortShaLength;
    }

    /** Returns the git ref, such as {@code refs/tags/v1.4.2}; null for the ref from Jenkins. */
    @CheckForNull
    public String getRef() {
        return ref;
    }

    @DataBoundSetter
    public void setRef(@CheckForNull String ref) {
        this.ref = Util.fixEmptyAndTrim(ref);
    }

    /** Returns the hash of the commit; null for the commit from Jenkins. */
    @CheckForNull
    public String getSha() {
        return sha;
    }

    @DataBoundSetter
    public void setSha(@CheckForNull String sha) {
        this.sha = Util.fixEmptyAndTrim(sha);
    }

    /** Returns the branch that a change request is to be merged into; null for the branch from Jenkins. */
    @CheckForNull
    public String getBaseRef() {
        return baseRef;
    }

    @DataBoundSetter
    public void setBaseRef(@CheckForNull String baseRef) {
        this.baseRef = Util.fixEmptyAndTrim(baseRef);
    }

    /** Returns the default branch of the repository; null for the branch from Jenkins. */
    @CheckForNull
    public String getDefaultBranch() {
        return defaultBranch;
    }

    @DataBoundSetter
    public void setDefaultBranch(@CheckForNull String defaultBranch) {
        this.defaultBranch = Util.fixEmptyAndTrim(defaultBranch);
    }

    /** Returns the time of the commit in the format of ISO 8601; null for the time from Jenkins. */
    @CheckForNull
    public String getCommitDate() {
        return commitDate;
    }

    @DataBoundSetter
    public void setCommitDate(@CheckForNull String commitDate) {
        this.commitDate = Util.fixEmptyAndTrim(commitDate);
    }

    /**
     * Returns the event that started the build: {@code schedule} for a timer, or any other text; null for the cause of
     * the build.
     */
    @CheckForNull
    public String getEvent() {
        return event;
    }

    @DataBoundSetter
    public void setEvent(@CheckForNull String event) {
        this.event = Util.fixEmptyAndTrim(event);
    }

    /**
     * Returns the tags without image names that the rules give for a ref, as far as they do not depend on the commit.
     *
     * @throws IllegalArgumentException if a rule is invalid; the message says which
     */
    public List<String> tagNames(String ofRef) {
        BuildOrigin origin = BuildOrigin.at(Instant.now())
                .ref(ofRef)
                .repository(new Repository(null, null, null, null, null, defaultBranch))
                .build();
        return rules(UnaryOperator.identity()).apply(origin).tagNames();
    }

    /**
     * Applies the rules to a build.
     *
     * @param mask finds secrets in the result
     * @param expand expands variables
     * @throws AbortException if a rule is invalid, its result is not a valid image name, or the result contains a
     *     secret; the message says which
     */
    public MetadataResult perform(
            Run<?, ?> run, EnvVars env, TaskListener listener, ConsoleMask mask, UnaryOperator<String> expand)
            throws AbortException {
        ImageMetadata metadata;
        try {
            BuildOrigin origin = origin(new RunOrigin(run, env), expand);
            metadata = rules(expand).apply(origin);
            refuseSecrets(metadata, origin.repository(), mask);
            if (!images.isEmpty()) {
                metadata.tags().forEach(ImageName::parse);
            }
            printResult(metadata, origin, listener.getLogger());
        } catch (IllegalArgumentException e) {
            throw new AbortException(e.getMessage());
        }
        return new MetadataResult(metadata);
    }

    /**
     * Refuses secrets in what becomes public in the registry and is kept in the build's record. The names of images and
     * the data of the repository are not checked, because a user's name is often part of them and of a credential.
     */
    private static void refuseSecrets(ImageMetadata metadata, Repository repository, ConsoleMask mask) {
        metadata.tagNames().stream().filter(mask::masks).findFirst().ifPresent(tag -> {
            throw secretIn("A tag");
        });
        Set<String> known = new HashSet<>(
                Arrays.asList(repository.title(), repository.description(), repository.url(), repository.source()));
        refuseSecrets(metadata.labels(), "label", known, mask);
        refuseSecrets(metadata.annotations(), "annotation", known, mask);
    }

    private static void refuseSecrets(
            Map<String, String> assignments, String kind, Set<String> known, ConsoleMask mask) {
        assignments.forEach((name, value) -> {
            if (mask.masks(name)) {
                throw secretIn("A name in the " + kind + "s");
            }
            if (!known.contains(value) && mask.masks(value)) {
                throw secretIn("The " + kind + " '" + name + "'");
            }
        });
    }

    private static IllegalArgumentException secretIn(String what) {
        return new IllegalArgumentException(what + " contains a value that the console masks, which would be public in"
                + " the registry. Use a value that is not secret.");
    }

    private MetadataRules rules(UnaryOperator<String> expand) {
        return MetadataRules.builder()
                .images(images)
                .tags(tags)
                .flavor(flavor)
                .labels(labels)
                .annotations(annotations)
                .annotationLevels(annotationLevels)
                .variables(expand)
                .build();
    }

    private BuildOrigin origin(RunOrigin known, UnaryOperator<String> expand) {
        String commit = orElse(sha, known.commit(), expand);
        String date = Variables.filled(commitDate, expand);
        String reason = Variables.filled(event, expand);
        return BuildOrigin.at(known.date())
                .ref(orElse(ref, known.ref(), expand))
                .commit(commit)
                .baseRef(orElse(baseRef, known.baseRef(), expand))
                .scheduled(reason == null ? known.isScheduled() : reason.equals(SCHEDULE))
                .commitDate(date == null ? known.commitDate(commit) : instant(date))
                .shortCommitLength(shortShaLength)
                .repository(known.repository(orElse(defaultBranch, known.defaultBranch(), expand)))
                .build();
    }

    @CheckForNull
    private static String orElse(@CheckForNull String given, @CheckForNull String known, UnaryOperator<String> expand) {
        String value = Variables.filled(given, expand);
        return value == null ? known : value;
    }

    private static Instant instant(String date) {
        try {
            return OffsetDateTime.parse(date).toInstant();
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    "commitDate is of the form 2026-01-31T12:00:00Z or 2026-01-31T13:00:00+01:00, and not '" + date
                            + "'.",
                    e);
        }
    }

    private static void printResult(ImageMetadata metadata, BuildOrigin origin, PrintStream log) {
        metadata.warnings().forEach(warning -> log.println("WARNING: " + warning));
        if (metadata.tags().isEmpty()) {
            log.println("WARNING: No rule generates a tag for "
                    + (origin.ref().isEmpty() ? "this build, whose branch or tag is unknown" : origin.ref())
                    + ".");
        } else {
            log.println("Tags: " + String.join(", ", metadata.tags()));
        }
    }

    @Override
    public StepExecution start(StepContext context) {
        return new Execution(this, context);
    }

    /** One call of the step. The execution is synchronous, because it neither waits nor connects to anything. */
    private static final class Execution extends SynchronousStepExecution<MetadataResult> {
        private static final long serialVersionUID = 1;

        private final TreenqMetadataStep step;

        Execution(TreenqMetadataStep step, StepContext context) {
            super(context);
            this.step = step;
        }

        @Override
        protected MetadataResult run() throws IOException, InterruptedException {
            return step.perform(
                    getContext().get(Run.class),
                    getContext().get(EnvVars.class),
                    getContext().get(TaskListener.class),
                    ConsoleMasks.of(getContext().get(ConsoleLogFilter.class)),
                    UnaryOperator.identity());
        }
    }

    /** Form and Pipeline syntax of the step. */
    @Extension
    public static final class DescriptorImpl extends ListsStepDescriptor {
        public DescriptorImpl() {
            super(Set.of("labels", "annotations"), Set.of("images", "tags", "flavor", "annotationLevels"));
        }

        @Override
        public String getFunctionName() {
            return "treenqMetadata";
        }

        @NonNull
        @Override
        public String getDisplayName() {
            return Messages.TreenqMetadataStep_displayName();
        }

        @Override
        public Set<? extends Class<?>> getRequiredContext() {
            return Set.of(Run.class, EnvVars.class, TaskListener.class);
        }

        @POST
        public FormValidation doCheckImages(@AncestorInPath Item item, @QueryParameter String value) {
            return check(item, value, line -> MetadataRules.builder().images(line));
        }

        @POST
        public FormValidation doCheckTags(@AncestorInPath Item item, @QueryParameter String value) {
            return check(item, value, line -> MetadataRules.builder().tags(line));
        }

        @POST
        public FormValidation doCheckFlavor(@AncestorInPath Item item, @QueryParameter String value) {
            return check(item, value, line -> MetadataRules.builder().flavor(line));
        }

        @POST
        public FormValidation doCheckLabels(@AncestorInPath Item item, @QueryParameter String value) {
            FormValidation form = KeyValueList.check(item, value);
            return form.kind == FormValidation.Kind.OK
                    ? check(item, value, line -> MetadataRules.builder().labels(line))
                    : form;
        }

        @POST
        public FormValidation doCheckAnnotations(@AncestorInPath Item item, @QueryParameter String value) {
            FormValidation form = KeyValueList.check(item, value);
            return form.kind == FormValidation.Kind.OK
                    ? check(item, value, line -> MetadataRules.builder().annotations(line))
                    : form;
        }

        @POST
        public FormValidation doCheckAnnotationLevels(@AncestorInPath Item item, @QueryParameter String value) {
            return check(item, value, line -> MetadataRules.builder().annotationLevels(line));
        }

        private interface Rules {
            MetadataRules.Builder of(List<String> line);
        }

        private static FormValidation check(Item item, String value, Rules rules) {
            return LineList.check(item, value, line -> rules.of(List.of(line)).build());
        }
    }
}
