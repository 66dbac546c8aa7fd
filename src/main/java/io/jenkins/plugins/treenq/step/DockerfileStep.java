// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import hudson.Util;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.client.DockerfileBuild;
import io.jenkins.plugins.treenq.parameters.BuildCache;
import io.jenkins.plugins.treenq.parameters.BuildSecret;
import io.jenkins.plugins.treenq.parameters.KeyValueList;
import io.jenkins.plugins.treenq.parameters.LineList;
import io.jenkins.plugins.treenq.parameters.SshAccess;
import io.jenkins.plugins.treenq.run.ImageOrder;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jenkinsci.plugins.workflow.steps.Step;
import org.kohsuke.stapler.DataBoundSetter;

/** What a Dockerfile is and where it is read: the parameters of every step that has to do with one. */
public abstract class DockerfileStep extends Step implements Serializable {
    private static final long serialVersionUID = 1;

    private String context = DockerfileStepDescriptor.DEFAULT_CONTEXT;
    private String dockerfile = DockerfileStepDescriptor.DEFAULT_DOCKERFILE;
    private String dockerfileText;
    private String target;
    private List<String> buildArgs = new ArrayList<>();
    private List<String> contexts = new ArrayList<>();
    private List<String> platforms = new ArrayList<>();
    private String builder;
    private String credentialsId;
    private String contextCredentialsId;
    private List<BuildSecret> secrets = new ArrayList<>();
    private List<SshAccess> ssh = new ArrayList<>();
    private String frontend;
    private List<String> frontendOptions = new ArrayList<>();
    private String failOn;

    DockerfileStep() {}

    /** What an earlier version saved, or somebody wrote by hand, lacks what has a default now. */
    protected Object readResolve() {
        setContext(context);
        setDockerfile(dockerfile);
        setBuildArgs(buildArgs);
        setContexts(contexts);
        setPlatforms(platforms);
        setSecrets(secrets);
        setSsh(ssh);
        setFrontendOptions(frontendOptions);
        return this;
    }

    /** A folder or a tar archive of the workspace, or an address that the daemon fetches itself. */
    public String getContext() {
        return context;
    }

    @DataBoundSetter
    public void setContext(@CheckForNull String context) {
        this.context = orElse(context, DockerfileStepDescriptor.DEFAULT_CONTEXT);
    }

    /** Path, relative to the context. */
    public String getDockerfile() {
        return dockerfile;
    }

    @DataBoundSetter
    public void setDockerfile(@CheckForNull String dockerfile) {
        this.dockerfile = orElse(dockerfile, DockerfileStepDescriptor.DEFAULT_DOCKERFILE);
    }

    /** The Dockerfile itself; null for a file. */
    @CheckForNull
    public String getDockerfileText() {
        return dockerfileText;
    }

    @DataBoundSetter
    public void setDockerfileText(@CheckForNull String dockerfileText) {
        this.dockerfileText = dockerfileText == null || dockerfileText.isBlank() ? null : dockerfileText;
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

    /** Values of {@code ARG}, each as {@code NAME=value}. */
    public List<String> getBuildArgs() {
        return buildArgs;
    }

    @DataBoundSetter
    public void setBuildArgs(@CheckForNull List<String> buildArgs) {
        this.buildArgs = LineList.of(buildArgs);
    }

    /** Named contexts, each as {@code NAME=folder}, an image or an address. */
    public List<String> getContexts() {
        return contexts;
    }

    @DataBoundSetter
    public void setContexts(@CheckForNull List<String> contexts) {
        this.contexts = LineList.of(contexts);
    }

    /** Such as {@code linux/arm64}; none for the builder's own. */
    public List<String> getPlatforms() {
        return platforms;
    }

    @DataBoundSetter
    public void setPlatforms(@CheckForNull List<String> platforms) {
        this.platforms = LineList.trimmed(platforms);
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

    /** Login for registries; null for those that are configured. */
    @CheckForNull
    public String getCredentialsId() {
        return credentialsId;
    }

    @DataBoundSetter
    public void setCredentialsId(@CheckForNull String credentialsId) {
        this.credentialsId = Util.fixEmptyAndTrim(credentialsId);
    }

    /** For a context that the daemon fetches; null for none. */
    @CheckForNull
    public String getContextCredentialsId() {
        return contextCredentialsId;
    }

    @DataBoundSetter
    public void setContextCredentialsId(@CheckForNull String contextCredentialsId) {
        this.contextCredentialsId = Util.fixEmptyAndTrim(contextCredentialsId);
    }

    /** What steps of the Dockerfile mount as secrets. */
    public List<BuildSecret> getSecrets() {
        return secrets;
    }

    @DataBoundSetter
    public void setSecrets(@CheckForNull List<BuildSecret> secrets) {
        this.secrets = new ArrayList<>(Util.fixNull(secrets));
    }

    /** What answers to steps of the Dockerfile that mount SSH. */
    public List<SshAccess> getSsh() {
        return ssh;
    }

    @DataBoundSetter
    public void setSsh(@CheckForNull List<SshAccess> ssh) {
        this.ssh = new ArrayList<>(Util.fixNull(ssh));
    }

    /** Null for the daemon's own for Dockerfiles. */
    @CheckForNull
    public String getFrontend() {
        return frontend;
    }

    @DataBoundSetter
    public void setFrontend(@CheckForNull String frontend) {
        this.frontend = Util.fixEmptyAndTrim(frontend);
    }

    /** The frontend's own keys, each as {@code key=value}. */
    public List<String> getFrontendOptions() {
        return frontendOptions;
    }

    @DataBoundSetter
    public void setFrontendOptions(@CheckForNull List<String> frontendOptions) {
        this.frontendOptions = LineList.of(frontendOptions);
    }

    /** {@code error} for a Dockerfile that cannot be built, {@code warning} for one that breaks a rule, too. */
    public String getFailOn() {
        return orElse(failOn, DockerfileStepDescriptor.FAIL_ON_ERROR);
    }

    @DataBoundSetter
    public void setFailOn(@CheckForNull String failOn) {
        this.failOn = Util.fixEmptyAndTrim(failOn);
    }

    /** Whether a Dockerfile may break no rule. */
    final boolean failsOnWarning() throws AbortException {
        return switch (getFailOn()) {
            case DockerfileStepDescriptor.FAIL_ON_ERROR -> false;
            case DockerfileStepDescriptor.FAIL_ON_WARNING -> true;
            default -> throw new AbortException("failOn: '" + failOn + "' is neither error nor warning");
        };
    }

    /** @param expand fills in variables */
    DockerfileBuild.Builder describe(UnaryOperator<String> expand)
            throws AbortException, BuildkitException.InvalidRequestException {
        DockerfileBuild.Builder build = DockerfileBuild.builder()
                .context(expand.apply(context))
                .dockerfile(expand.apply(dockerfile))
                // Variables of the Dockerfile are its own.
                .dockerfileText(Util.fixNull(dockerfileText))
                .target(expanded(target, expand))
                .buildArgs(KeyValueList.map(buildArgs, "buildArgs", expand))
                .contexts(KeyValueList.map(contexts, "contexts", expand))
                .platforms(expanded(platforms, expand))
                .frontendOptions(KeyValueList.map(frontendOptions, "frontendOptions", expand));
        return frontend == null ? build : build.frontend(expand.apply(frontend));
    }

    /**
     * The parameters as the service takes them.
     *
     * @param build what is to be made of the Dockerfile
     */
    final ImageOrder order(
            DockerfileBuild build, List<BuildCache> cacheFrom, List<BuildCache> cacheTo, UnaryOperator<String> expand)
            throws AbortException {
        return new ImageOrder(
                build,
                Util.fixEmpty(expanded(builder, expand)),
                Util.fixEmpty(expanded(credentialsId, expand)),
                Util.fixEmpty(expanded(contextCredentialsId, expand)),
                secrets,
                ssh,
                cacheFrom,
                cacheTo,
                false,
                false,
                failsOnWarning(),
                expand);
    }

    static String expanded(@CheckForNull String value, UnaryOperator<String> expand) {
        return value == null ? "" : expand.apply(value).trim();
    }

    static List<String> expanded(List<String> values, UnaryOperator<String> expand) {
        return LineList.trimmed(values.stream().map(expand).toList());
    }

    private static String orElse(@CheckForNull String value, String otherwise) {
        String given = Util.fixEmptyAndTrim(value);
        return given == null ? otherwise : given;
    }
}
