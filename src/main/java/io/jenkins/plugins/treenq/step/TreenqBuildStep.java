// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.Extension;
import hudson.Util;
import hudson.model.Item;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.SourcePolicy;
import io.jenkins.plugins.treenq.buildkit.client.DockerfileBuild;
import io.jenkins.plugins.treenq.buildkit.client.FileOutput;
import io.jenkins.plugins.treenq.config.Policy;
import io.jenkins.plugins.treenq.parameters.BuildCache;
import io.jenkins.plugins.treenq.parameters.BuildOutput;
import io.jenkins.plugins.treenq.parameters.KeyValueList;
import io.jenkins.plugins.treenq.parameters.LineList;
import io.jenkins.plugins.treenq.parameters.SelectOptions;
import io.jenkins.plugins.treenq.run.ImageOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/**
 * The Pipeline step that builds an image from a Dockerfile on a BuildKit daemon. The freestyle build step uses the
 * parameters of this class, too.
 */
public final class TreenqBuildStep extends DockerfileStep {
    private static final long serialVersionUID = 1;

    private List<String> tags;

    /** Null only if the value is missing in a job's XML that was written by hand. */
    private Boolean push = true;

    private boolean skipIfPresent;
    private boolean skipIfUnchanged;

    /**
     * A parameter of earlier versions, which selected the times of the files in the build context. The field exists so
     * that the XML of old jobs loads without a warning about unknown data.
     */
    private transient String contextTimes;

    private List<String> labels = new ArrayList<>();
    private List<String> annotations = new ArrayList<>();
    private boolean pull;
    private boolean noCache;
    private List<String> noCacheStages = new ArrayList<>();
    private boolean pushByDigest;
    private List<String> imageOptions = new ArrayList<>();
    private List<BuildCache> cacheFrom = new ArrayList<>();
    private List<BuildCache> cacheTo = new ArrayList<>();
    private List<BuildOutput> outputs = new ArrayList<>();
    private String provenance;
    private String sbom;
    private List<String> allow = new ArrayList<>();
    private String network;
    private List<String> addHosts = new ArrayList<>();
    private String shmSize;
    private List<String> ulimits = new ArrayList<>();
    private String cgroupParent;
    private String sourcePolicy;
    private Integer retries;

    @DataBoundConstructor
    public TreenqBuildStep(@CheckForNull List<String> tags) {
        this.tags = LineList.trimmed(tags);
    }

    @Override
    protected Object readResolve() {
        tags = LineList.trimmed(tags);
        setPush(push == null || push);
        setLabels(labels);
        setAnnotations(annotations);
        setNoCacheStages(noCacheStages);
        setImageOptions(imageOptions);
        setCacheFrom(cacheFrom);
        setCacheTo(cacheTo);
        setOutputs(outputs);
        setAllow(allow);
        setAddHosts(addHosts);
        setUlimits(ulimits);
        return super.readResolve();
    }

    /**
     * Returns the names of the image. If there are neither names nor outputs, the build only checks whether the
     * Dockerfile can be built.
     */
    public List<String> getTags() {
        return tags;
    }

    /** Tells whether the tags are pushed to their registries. */
    public boolean isPush() {
        return push;
    }

    @DataBoundSetter
    public void setPush(boolean push) {
        this.push = push;
    }

    /** Tells whether the build is skipped if all tags already point to one image. */
    public boolean isSkipIfPresent() {
        return skipIfPresent;
    }

    @DataBoundSetter
    public void setSkipIfPresent(boolean skipIfPresent) {
        this.skipIfPresent = skipIfPresent;
    }

    /** Tells whether the build is skipped if all tags already point to one image with the same inputs. */
    public boolean isSkipIfUnchanged() {
        return skipIfUnchanged;
    }

    @DataBoundSetter
    public void setSkipIfUnchanged(boolean skipIfUnchanged) {
        this.skipIfUnchanged = skipIfUnchanged;
    }

    /** Returns the labels of the image, each as {@code name=value}. */
    public List<String> getLabels() {
        return labels;
    }

    @DataBoundSetter
    public void setLabels(@CheckForNull List<String> labels) {
        this.labels = LineList.of(labels);
    }

    /**
     * Returns the annotations, each as {@code key=value}. A prefix such as {@code index:} selects the document that
     * gets the annotation.
     */
    public List<String> getAnnotations() {
        return annotations;
    }

    @DataBoundSetter
    public void setAnnotations(@CheckForNull List<String> annotations) {
        this.annotations = LineList.of(annotations);
    }

    /** Tells whether registries are queried for newer base images. */
    public boolean isPull() {
        return pull;
    }

    @DataBoundSetter
    public void setPull(boolean pull) {
        this.pull = pull;
    }

    /** Tells whether the build uses no cache for any build step. */
    public boolean isNoCache() {
        return noCache;
    }

    @DataBoundSetter
    public void setNoCache(boolean noCache) {
        this.noCache = noCache;
    }

    /** Returns the stages whose build steps use no cache. */
    public List<String> getNoCacheStages() {
        return noCacheStages;
    }

    @DataBoundSetter
    public void setNoCacheStages(@CheckForNull List<String> noCacheStages) {
        this.noCacheStages = LineList.trimmed(noCacheStages);
    }

    /** Tells whether the image is pushed without a tag. */
    public boolean isPushByDigest() {
        return pushByDigest;
    }

    @DataBoundSetter
    public void setPushByDigest(boolean pushByDigest) {
        this.pushByDigest = pushByDigest;
    }

    /** Returns the options of the image exporter, each as {@code key=value}. */
    public List<String> getImageOptions() {
        return imageOptions;
    }

    @DataBoundSetter
    public void setImageOptions(@CheckForNull List<String> imageOptions) {
        this.imageOptions = LineList.of(imageOptions);
    }

    /** Returns the cache importers. */
    public List<BuildCache> getCacheFrom() {
        return cacheFrom;
    }

    @DataBoundSetter
    public void setCacheFrom(@CheckForNull List<BuildCache> cacheFrom) {
        this.cacheFrom = new ArrayList<>(Util.fixNull(cacheFrom));
    }

    /** Returns the cache exporters. */
    public List<BuildCache> getCacheTo() {
        return cacheTo;
    }

    @DataBoundSetter
    public void setCacheTo(@CheckForNull List<BuildCache> cacheTo) {
        this.cacheTo = new ArrayList<>(Util.fixNull(cacheTo));
    }

    /** Returns the outputs that are written to the workspace. */
    public List<BuildOutput> getOutputs() {
        return outputs;
    }

    @DataBoundSetter
    public void setOutputs(@CheckForNull List<BuildOutput> outputs) {
        this.outputs = new ArrayList<>(Util.fixNull(outputs));
    }

    /** Returns the options of the provenance, such as {@code true} or {@code mode=max}; null for no provenance. */
    @CheckForNull
    public String getProvenance() {
        return provenance;
    }

    @DataBoundSetter
    public void setProvenance(@CheckForNull String provenance) {
        this.provenance = Util.fixEmptyAndTrim(provenance);
    }

    /** Returns the options of the SBOM, {@code true} or {@code generator=IMAGE}; null for no SBOM. */
    @CheckForNull
    public String getSbom() {
        return sbom;
    }

    @DataBoundSetter
    public void setSbom(@CheckForNull String sbom) {
        this.sbom = Util.fixEmptyAndTrim(sbom);
    }

    /** Returns the entitlements that the build requests, such as {@code network.host}. */
    public List<String> getAllow() {
        return allow;
    }

    @DataBoundSetter
    public void setAllow(@CheckForNull List<String> allow) {
        this.allow = LineList.trimmed(allow);
    }

    /**
     * Returns the network of the build steps: {@code default}, {@code none} or {@code host}; null for the setting in
     * the Dockerfile.
     */
    @CheckForNull
    public String getNetwork() {
        return network;
    }

    @DataBoundSetter
    public void setNetwork(@CheckForNull String network) {
        this.network = Util.fixEmptyAndTrim(network);
    }

    /** Returns additional entries of {@code /etc/hosts}, each as {@code host=address}. */
    public List<String> getAddHosts() {
        return addHosts;
    }

    @DataBoundSetter
    public void setAddHosts(@CheckForNull List<String> addHosts) {
        this.addHosts = LineList.of(addHosts);
    }

    /** Returns the size of {@code /dev/shm}, such as {@code 128m}; null for the daemon's default. */
    @CheckForNull
    public String getShmSize() {
        return shmSize;
    }

    @DataBoundSetter
    public void setShmSize(@CheckForNull String shmSize) {
        this.shmSize = Util.fixEmptyAndTrim(shmSize);
    }

    /** Returns the limits of processes in build steps, such as {@code nofile=1024:2048}. */
    public List<String> getUlimits() {
        return ulimits;
    }

    @DataBoundSetter
    public void setUlimits(@CheckForNull List<String> ulimits) {
        this.ulimits = LineList.trimmed(ulimits);
    }

    /** Returns the parent cgroup of the containers that run the build steps; null for the daemon's default. */
    @CheckForNull
    public String getCgroupParent() {
        return cgroupParent;
    }

    @DataBoundSetter
    public void setCgroupParent(@CheckForNull String cgroupParent) {
        this.cgroupParent = Util.fixEmptyAndTrim(cgroupParent);
    }

    /** Returns the source policy as JSON; null for none. */
    @CheckForNull
    public String getSourcePolicy() {
        return sourcePolicy;
    }

    @DataBoundSetter
    public void setSourcePolicy(@CheckForNull String sourcePolicy) {
        this.sourcePolicy = Util.fixEmptyAndTrim(sourcePolicy);
    }

    /**
     * Returns how often the build is started again after its daemon was lost; null for the setting of the builder.
     */
    @CheckForNull
    public Integer getRetries() {
        return retries;
    }

    @DataBoundSetter
    public void setRetries(@CheckForNull Integer retries) {
        this.retries = retries;
    }

    /**
     * Returns the order that these parameters describe.
     *
     * @param ref ID of the build in the daemon
     * @param expand expands variables
     * @throws AbortException if a parameter is invalid; the message names the parameter
     */
    ImageOrder order(String ref, UnaryOperator<String> expand) throws AbortException {
        return order(ref, expand, List.of(), Map.of(), Map.of());
    }

    /**
     * Returns the order that these parameters describe, with additional tags, labels and annotations. The labels and
     * annotations of the parameters take precedence over the additional ones.
     *
     * @throws AbortException if a parameter is invalid; the message names the parameter
     */
    public ImageOrder order(
            String ref,
            UnaryOperator<String> expand,
            List<String> moreTags,
            Map<String, String> moreLabels,
            Map<String, String> moreAnnotations)
            throws AbortException {
        checkRetries(retries);
        try {
            DockerfileBuild build = build(
                    ref,
                    Stream.concat(expanded(tags, expand).stream(), moreTags.stream())
                            .distinct()
                            .toList(),
                    with(moreLabels, KeyValueList.map(labels, "labels", expand)),
                    with(moreAnnotations, KeyValueList.map(annotations, "annotations", expand)),
                    expand);
            return order(build, expand)
                    .cacheFrom(cacheFrom)
                    .cacheTo(cacheTo)
                    .skipIfPresent(skipIfPresent)
                    .skipIfUnchanged(skipIfUnchanged)
                    .retries(retries)
                    .build();
        } catch (BuildkitException.InvalidRequestException e) {
            throw new AbortException(e.getMessage());
        }
    }

    /**
     * Returns a warning if parameters describe an image although the build creates none; otherwise null.
     *
     * @param expand expands variables
     * @param moreTags tags in addition to those of the parameters
     */
    @CheckForNull
    String warning(UnaryOperator<String> expand, List<String> moreTags) {
        if (!outputs.isEmpty() || !moreTags.isEmpty() || !expanded(tags, expand).isEmpty()) {
            return null;
        }
        Map<String, Boolean> given = new TreeMap<>(Map.of(
                "annotations", !annotations.isEmpty(),
                "imageOptions", !imageOptions.isEmpty(),
                "labels", !labels.isEmpty(),
                "provenance", !expanded(provenance, expand).isEmpty(),
                "pushByDigest", pushByDigest,
                "sbom", !expanded(sbom, expand).isEmpty(),
                "skipIfPresent", skipIfPresent,
                "skipIfUnchanged", skipIfUnchanged,
                "tags", !tags.isEmpty()));
        given.values().removeIf(is -> !is);
        return given.isEmpty()
                ? null
                : "WARNING: no image is created, although a value is set for " + String.join(", ", given.keySet())
                        + "; set tags, such as registry.example.com/shop/web:1.4, or outputs";
    }

    private static Map<String, String> with(Map<String, String> values, Map<String, String> stronger) {
        Map<String, String> all = new LinkedHashMap<>(values);
        all.putAll(stronger);
        return all;
    }

    private DockerfileBuild build(
            String ref,
            List<String> names,
            Map<String, String> allLabels,
            Map<String, String> allAnnotations,
            UnaryOperator<String> expand)
            throws AbortException, BuildkitException.InvalidRequestException {
        List<FileOutput> destinations = new ArrayList<>();
        for (BuildOutput output : outputs) {
            destinations.add(output.destination(expand));
        }
        DockerfileBuild.Builder build = describe(expand)
                .ref(ref)
                .labels(allLabels)
                .annotations(allAnnotations)
                .tags(names)
                .push(push && !names.isEmpty())
                .pushByDigest(pushByDigest)
                .imageOptions(KeyValueList.map(imageOptions, "imageOptions", expand))
                .destinations(destinations)
                .pull(pull)
                .noCacheStages(expanded(noCacheStages, expand))
                .noCache(noCache)
                .provenance(expanded(provenance, expand))
                .sbom(expanded(sbom, expand))
                .entitlements(expanded(allow, expand))
                .network(expanded(network, expand))
                .addHosts(KeyValueList.map(addHosts, "addHosts", expand))
                .shmSize(expanded(shmSize, expand))
                .ulimits(expanded(ulimits, expand))
                .cgroupParent(expanded(cgroupParent, expand));
        return (sourcePolicy == null ? build : build.sourcePolicy(SourcePolicy.parse(expand.apply(sourcePolicy))))
                .build();
    }

    @Override
    public StepExecution start(StepContext context) {
        return new BuildExecution(this, context);
    }

    /** Form and Pipeline syntax of the step. */
    @Extension
    public static final class DescriptorImpl extends DockerfileStepDescriptor {
        /** The addresses that BuildKit accepts for additional hosts. */
        private static final Pattern ADDRESS =
                Pattern.compile("\\d{1,3}(?:\\.\\d{1,3}){3}|\\[?[0-9a-fA-F]*:[0-9a-fA-F:.]*]?|host-gateway");

        private static final Set<String> ASSIGNMENTS = Set.of("labels", "annotations", "imageOptions", "addHosts");
        private static final Set<String> LISTS = Set.of("tags", "noCacheStages", "allow", "ulimits");

        public DescriptorImpl() {
            super(ASSIGNMENTS, LISTS);
        }

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
        public String argumentsToString(@NonNull Map<String, Object> namedArgs) {
            return joined(namedArgs.get("tags"));
        }

        @POST
        public FormValidation doCheckTags(@AncestorInPath Item item, @QueryParameter String value) {
            return LineList.check(item, value, ImageName::parse);
        }

        @POST
        public FormValidation doCheckLabels(@AncestorInPath Item item, @QueryParameter String value) {
            return KeyValueList.check(item, value);
        }

        @POST
        public FormValidation doCheckAnnotations(@AncestorInPath Item item, @QueryParameter String value) {
            return KeyValueList.check(
                    item, value, (key, text) -> DockerfileBuild.builder().annotations(Map.of(key, text)));
        }

        @POST
        public FormValidation doCheckPushByDigest(
                @AncestorInPath Item item, @QueryParameter boolean value, @QueryParameter String tags) {
            return LineList.check(item, value ? tags : "", tag -> DockerfileBuild.builder()
                    .tags(List.of(tag))
                    .pushByDigest(true)
                    .build());
        }

        @POST
        public FormValidation doCheckProvenance(@AncestorInPath Item item, @QueryParameter String value) {
            return LineList.check(item, value, text -> DockerfileBuild.builder().provenance(text));
        }

        @POST
        public FormValidation doCheckSbom(@AncestorInPath Item item, @QueryParameter String value) {
            return LineList.check(item, value, text -> DockerfileBuild.builder().sbom(text));
        }

        @POST
        public FormValidation doCheckAllow(@AncestorInPath Item item, @QueryParameter String value) {
            return LineList.check(item, value, Policy::checkEntitlement);
        }

        @POST
        public FormValidation doCheckShmSize(@AncestorInPath Item item, @QueryParameter String value) {
            return LineList.check(item, value, text -> DockerfileBuild.builder().shmSize(text));
        }

        @POST
        public FormValidation doCheckUlimits(@AncestorInPath Item item, @QueryParameter String value) {
            return LineList.check(item, value, text -> DockerfileBuild.builder().ulimits(List.of(text)));
        }

        @POST
        public FormValidation doCheckImageOptions(@AncestorInPath Item item, @QueryParameter String value) {
            return KeyValueList.check(item, value);
        }

        @POST
        public FormValidation doCheckAddHosts(@AncestorInPath Item item, @QueryParameter String value) {
            return KeyValueList.check(item, value, (host, address) -> {
                if (!ADDRESS.matcher(address.trim()).matches()) {
                    throw new IllegalArgumentException(Messages.TreenqBuildStep_notAnAddress(address.trim(), host));
                }
            });
        }

        @POST
        public FormValidation doCheckSourcePolicy(@AncestorInPath Item item, @QueryParameter String value) {
            if (!LineList.mayConfigure(item) || Util.fixEmptyAndTrim(value) == null || value.contains("$")) {
                return FormValidation.ok();
            }
            try {
                SourcePolicy.parse(value);
                return FormValidation.ok();
            } catch (BuildkitException.InvalidRequestException e) {
                return FormValidation.error(e.getMessage());
            }
        }

        @POST
        public ListBoxModel doFillNetworkItems(@QueryParameter String network) {
            ListBoxModel modes = new ListBoxModel();
            modes.add(Messages.TreenqBuildStep_networkOfDockerfile(), "");
            modes.add("default", "default");
            modes.add("none", "none");
            modes.add("host", "host");
            return SelectOptions.with(network, modes);
        }
    }
}
