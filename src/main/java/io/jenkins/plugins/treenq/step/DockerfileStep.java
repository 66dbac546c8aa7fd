// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import hudson.Util;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.client.DockerfileBuild;
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

/**
 * A step that uses a Dockerfile. This class has the parameters that describe the Dockerfile, its build context and the
 * daemon.
 */
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

    /**
     * Sets default values for parameters that are missing in the XML of an earlier version or in XML that was written
     * by hand.
     */
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

    /** Returns the build context: a folder or a tar archive in the workspace, or a URL that the daemon fetches. */
    public String getContext() {
        return context;
    }

    @DataBoundSetter
    public void setContext(@CheckForNull String context) {
        this.context = orElse(context, DockerfileStepDescriptor.DEFAULT_CONTEXT);
    }

    /** Returns the path of the Dockerfile, relative to the build context. */
    public String getDockerfile() {
        return dockerfile;
    }

    @DataBoundSetter
    public void setDockerfile(@CheckForNull String dockerfile) {
        this.dockerfile = orElse(dockerfile, DockerfileStepDescriptor.DEFAULT_DOCKERFILE);
    }

    /** Returns the text of the Dockerfile; null if the Dockerfile is a file. */
    @CheckForNull
    public String getDockerfileText() {
        return dockerfileText;
    }

    @DataBoundSetter
    public void setDockerfileText(@CheckForNull String dockerfileText) {
        this.dockerfileText = dockerfileText == null || dockerfileText.isBlank() ? null : dockerfileText;
    }

    /** Returns the name of the target stage; null for the last stage. */
    @CheckForNull
    public String getTarget() {
        return target;
    }

    @DataBoundSetter
    public void setTarget(@CheckForNull String target) {
        this.target = Util.fixEmptyAndTrim(target);
    }

    /** Returns the values of {@code ARG} instructions, each as {@code NAME=value}. */
    public List<String> getBuildArgs() {
        return buildArgs;
    }

    @DataBoundSetter
    public void setBuildArgs(@CheckForNull List<String> buildArgs) {
        this.buildArgs = LineList.of(buildArgs);
    }

    /** Returns the named contexts, each as {@code NAME=folder}, or with an image or a URL instead of the folder. */
    public List<String> getContexts() {
        return contexts;
    }

    @DataBoundSetter
    public void setContexts(@CheckForNull List<String> contexts) {
        this.contexts = LineList.of(contexts);
    }

    /** Returns the platforms, such as {@code linux/arm64}. The list is empty for the daemon's own platform. */
    public List<String> getPlatforms() {
        return platforms;
    }

    @DataBoundSetter
    public void setPlatforms(@CheckForNull List<String> platforms) {
        this.platforms = LineList.trimmed(platforms);
    }

    /** Returns the name of the builder; null for the default builder. */
    @CheckForNull
    public String getBuilder() {
        return builder;
    }

    @DataBoundSetter
    public void setBuilder(@CheckForNull String builder) {
        this.builder = Util.fixEmptyAndTrim(builder);
    }

    /**
     * Returns the ID of the credentials for the registries of the tags; null for the credentials that are configured.
     */
    @CheckForNull
    public String getCredentialsId() {
        return credentialsId;
    }

    @DataBoundSetter
    public void setCredentialsId(@CheckForNull String credentialsId) {
        this.credentialsId = Util.fixEmptyAndTrim(credentialsId);
    }

    /** Returns the ID of the credentials for a build context that the daemon fetches; null for none. */
    @CheckForNull
    public String getContextCredentialsId() {
        return contextCredentialsId;
    }

    @DataBoundSetter
    public void setContextCredentialsId(@CheckForNull String contextCredentialsId) {
        this.contextCredentialsId = Util.fixEmptyAndTrim(contextCredentialsId);
    }

    /** Returns the secrets that instructions of the Dockerfile can mount. */
    public List<BuildSecret> getSecrets() {
        return secrets;
    }

    @DataBoundSetter
    public void setSecrets(@CheckForNull List<BuildSecret> secrets) {
        this.secrets = new ArrayList<>(Util.fixNull(secrets));
    }

    /** Returns the SSH keys and agents that instructions of the Dockerfile can mount. */
    public List<SshAccess> getSsh() {
        return ssh;
    }

    @DataBoundSetter
    public void setSsh(@CheckForNull List<SshAccess> ssh) {
        this.ssh = new ArrayList<>(Util.fixNull(ssh));
    }

    /**
     * Returns the name of the frontend, such as {@code gateway.v0} for a frontend image; null for the Dockerfile
     * frontend that is built into the daemon.
     */
    @CheckForNull
    public String getFrontend() {
        return frontend;
    }

    @DataBoundSetter
    public void setFrontend(@CheckForNull String frontend) {
        this.frontend = Util.fixEmptyAndTrim(frontend);
    }

    /** Returns the options of the frontend, each as {@code key=value}. */
    public List<String> getFrontendOptions() {
        return frontendOptions;
    }

    @DataBoundSetter
    public void setFrontendOptions(@CheckForNull List<String> frontendOptions) {
        this.frontendOptions = LineList.of(frontendOptions);
    }

    /**
     * Returns {@code error} if only a Dockerfile that cannot be built fails the step, or {@code warning} if a
     * Dockerfile that violates a rule fails the step, too.
     */
    public String getFailOn() {
        return orElse(failOn, DockerfileStepDescriptor.FAIL_ON_ERROR);
    }

    @DataBoundSetter
    public void setFailOn(@CheckForNull String failOn) {
        this.failOn = Util.fixEmptyAndTrim(failOn);
    }

    /** Tells whether a Dockerfile that violates a rule fails the step. */
    final boolean failsOnWarning() throws AbortException {
        return DaemonStepDescriptor.failsOnWarning(getFailOn());
    }

    /** @param expand expands variables */
    DockerfileBuild.Builder describe(UnaryOperator<String> expand)
            throws AbortException, BuildkitException.InvalidRequestException {
        DockerfileBuild.Builder build = DockerfileBuild.builder()
                .context(expand.apply(context))
                .dockerfile(expand.apply(dockerfile))
                // Variables are not expanded here, because the Dockerfile has variables of its own.
                .dockerfileText(Util.fixNull(dockerfileText))
                .target(expanded(target, expand))
                .buildArgs(KeyValueList.map(buildArgs, "buildArgs", expand))
                .contexts(KeyValueList.map(contexts, "contexts", expand))
                .platforms(expanded(platforms, expand))
                .frontendOptions(KeyValueList.map(frontendOptions, "frontendOptions", expand));
        return frontend == null ? build : build.frontend(expand.apply(frontend));
    }

    /**
     * Returns the order that these parameters describe.
     *
     * @param build the Dockerfile with its outputs
     */
    final ImageOrder.Builder order(DockerfileBuild build, UnaryOperator<String> expand) throws AbortException {
        return ImageOrder.builder(build)
                .builder(Variables.filled(builder, expand))
                .credentialsId(Variables.filled(credentialsId, expand))
                .contextCredentialsId(Variables.filled(contextCredentialsId, expand))
                .secrets(secrets)
                .ssh(ssh)
                .failOnWarning(failsOnWarning())
                .expand(expand);
    }

    /** @throws AbortException if the number of retries is negative */
    static void checkRetries(@CheckForNull Integer retries) throws AbortException {
        if (retries != null && retries < 0) {
            throw new AbortException("retries: " + retries + " is negative; use 0 for no retries");
        }
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
