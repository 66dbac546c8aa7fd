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
import io.jenkins.plugins.treenq.buildkit.bake.BakePaths;
import io.jenkins.plugins.treenq.config.Policy;
import io.jenkins.plugins.treenq.credentials.CredentialsChoice;
import io.jenkins.plugins.treenq.parameters.BuildSecret;
import io.jenkins.plugins.treenq.parameters.KeyValueList;
import io.jenkins.plugins.treenq.parameters.LineList;
import io.jenkins.plugins.treenq.parameters.SshAccess;
import io.jenkins.plugins.treenq.parameters.WorkspacePath;
import io.jenkins.plugins.treenq.run.BakeOrder;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jenkinsci.plugins.workflow.steps.Step;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.DoNotUse;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/**
 * The Pipeline step that builds the targets of bake files on a BuildKit daemon. The freestyle build step uses the
 * parameters of this class, too.
 */
public final class TreenqBakeStep extends Step implements Serializable {
    private static final long serialVersionUID = 1;

    private String remote;
    private String contextCredentialsId;
    private List<String> files = new ArrayList<>();
    private List<String> targets = new ArrayList<>();
    private List<String> variables = new ArrayList<>();
    private List<String> set = new ArrayList<>();
    private List<String> envVariables = new ArrayList<>();

    /** Null only if the value is missing in a job's XML that was written by hand. */
    private Boolean push = true;

    private boolean pull;
    private boolean noCache;
    private String builder;
    private String credentialsId;
    private List<String> registries = new ArrayList<>();
    private List<BuildSecret> secrets = new ArrayList<>();
    private List<SshAccess> ssh = new ArrayList<>();
    private List<String> allow = new ArrayList<>();
    private boolean skipIfPresent;
    private boolean skipIfUnchanged;
    private String failOn;
    private Integer retries;

    @DataBoundConstructor
    public TreenqBakeStep() {
        // All parameters are optional.
    }

    /** Sets default values for parameters that are missing in XML that was written by hand. */
    private Object readResolve() {
        setFiles(files);
        setTargets(targets);
        setVariables(variables);
        setSet(set);
        setEnvVariables(envVariables);
        setPush(push == null || push);
        setRegistries(registries);
        setSecrets(secrets);
        setSsh(ssh);
        setAllow(allow);
        return this;
    }

    /** Returns the address of a Git repository or archive that has the bake files; null if the workspace has them. */
    @CheckForNull
    public String getRemote() {
        return remote;
    }

    @DataBoundSetter
    public void setRemote(@CheckForNull String remote) {
        this.remote = Util.fixEmptyAndTrim(remote);
    }

    /** Returns the ID of the credentials with which the daemon fetches that; null for none. */
    @CheckForNull
    public String getContextCredentialsId() {
        return contextCredentialsId;
    }

    @DataBoundSetter
    public void setContextCredentialsId(@CheckForNull String contextCredentialsId) {
        this.contextCredentialsId = Util.fixEmptyAndTrim(contextCredentialsId);
    }

    /** Returns the paths of the bake files, which are merged in this order; empty for the default names. */
    public List<String> getFiles() {
        return files;
    }

    @DataBoundSetter
    public void setFiles(@CheckForNull List<String> files) {
        this.files = LineList.trimmed(files);
    }

    /** Returns the names or patterns of targets and groups; empty for {@code default}. */
    public List<String> getTargets() {
        return targets;
    }

    @DataBoundSetter
    public void setTargets(@CheckForNull List<String> targets) {
        this.targets = LineList.trimmed(targets);
    }

    /** Returns the values of the files' variables, each as {@code NAME=value}. */
    public List<String> getVariables() {
        return variables;
    }

    @DataBoundSetter
    public void setVariables(@CheckForNull List<String> variables) {
        this.variables = LineList.of(variables);
    }

    /** Returns the overrides of attributes, such as {@code web.args.VERSION=1.4}. */
    public List<String> getSet() {
        return set;
    }

    @DataBoundSetter
    public void setSet(@CheckForNull List<String> set) {
        this.set = LineList.of(set);
    }

    /** Returns the names of the environment variables that the files may see. */
    public List<String> getEnvVariables() {
        return envVariables;
    }

    @DataBoundSetter
    public void setEnvVariables(@CheckForNull List<String> envVariables) {
        this.envVariables = LineList.trimmed(envVariables);
    }

    /** Tells whether the images of targets with tags are pushed. */
    public boolean isPush() {
        return push;
    }

    @DataBoundSetter
    public void setPush(boolean push) {
        this.push = push;
    }

    /** Tells whether registries are queried for newer base images. */
    public boolean isPull() {
        return pull;
    }

    @DataBoundSetter
    public void setPull(boolean pull) {
        this.pull = pull;
    }

    /** Tells whether the builds use no cache. */
    public boolean isNoCache() {
        return noCache;
    }

    @DataBoundSetter
    public void setNoCache(boolean noCache) {
        this.noCache = noCache;
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

    /** Returns the hosts of registries that get these credentials, in addition to the configured registries. */
    public List<String> getRegistries() {
        return registries;
    }

    @DataBoundSetter
    public void setRegistries(@CheckForNull List<String> registries) {
        this.registries = LineList.trimmed(registries);
    }

    /** Returns the secrets for the targets that ask for their IDs. */
    public List<BuildSecret> getSecrets() {
        return secrets;
    }

    @DataBoundSetter
    public void setSecrets(@CheckForNull List<BuildSecret> secrets) {
        this.secrets = new ArrayList<>(Util.fixNull(secrets));
    }

    /** Returns the SSH keys and agents for the targets that ask for their IDs. */
    public List<SshAccess> getSsh() {
        return ssh;
    }

    @DataBoundSetter
    public void setSsh(@CheckForNull List<SshAccess> ssh) {
        this.ssh = new ArrayList<>(Util.fixNull(ssh));
    }

    /** Returns the entitlements that targets may have, such as {@code network.host}. */
    public List<String> getAllow() {
        return allow;
    }

    @DataBoundSetter
    public void setAllow(@CheckForNull List<String> allow) {
        this.allow = LineList.trimmed(allow);
    }

    /** Tells whether a target is skipped if all of its tags already point to one image. */
    public boolean isSkipIfPresent() {
        return skipIfPresent;
    }

    @DataBoundSetter
    public void setSkipIfPresent(boolean skipIfPresent) {
        this.skipIfPresent = skipIfPresent;
    }

    /** Tells whether a target is skipped if all of its tags already point to one image with the same inputs. */
    public boolean isSkipIfUnchanged() {
        return skipIfUnchanged;
    }

    @DataBoundSetter
    public void setSkipIfUnchanged(boolean skipIfUnchanged) {
        this.skipIfUnchanged = skipIfUnchanged;
    }

    /**
     * Returns {@code error} if only a Dockerfile that cannot be built fails the step, or {@code warning} if a
     * Dockerfile that violates a rule fails the step, too.
     */
    public String getFailOn() {
        return failOn == null ? DaemonStepDescriptor.FAIL_ON_ERROR : failOn;
    }

    @DataBoundSetter
    public void setFailOn(@CheckForNull String failOn) {
        this.failOn = Util.fixEmptyAndTrim(failOn);
    }

    /**
     * Returns how often the bake is started again after its daemon was lost; null for the setting of the builder.
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
     * Returns the bake that these parameters describe.
     *
     * @param expand expands variables
     * @throws AbortException if a parameter is invalid; the message names the parameter
     */
    BakeOrder order(UnaryOperator<String> expand) throws AbortException {
        DockerfileStep.checkRetries(retries);
        List<String> overrides = new ArrayList<>();
        if (!push) {
            overrides.add("*.push=false");
        }
        if (pull) {
            overrides.add("*.pull=true");
        }
        if (noCache) {
            overrides.add("*.no-cache=true");
        }
        set.forEach(override -> overrides.add(expand.apply(override)));
        if (contextCredentialsId != null && remote == null) {
            throw new AbortException("contextCredentialsId is set without remote; set remote to the address of the"
                    + " repository with the bake files");
        }
        return new BakeOrder(
                Variables.filled(remote, expand),
                Variables.filled(contextCredentialsId, expand),
                DockerfileStep.expanded(files, expand),
                DockerfileStep.expanded(targets, expand),
                overrides,
                KeyValueList.map(variables, "variables", expand),
                envVariables,
                push,
                Variables.filled(builder, expand),
                Variables.filled(credentialsId, expand),
                DockerfileStep.expanded(registries, expand),
                secrets.stream().map(secret -> secret.expanded(expand)).toList(),
                ssh.stream().map(access -> access.expanded(expand)).toList(),
                DockerfileStep.expanded(allow, expand),
                skipIfPresent,
                skipIfUnchanged,
                DaemonStepDescriptor.failsOnWarning(getFailOn()),
                retries);
    }

    @Override
    public StepExecution start(StepContext context) {
        return new BakeExecution(this, context);
    }

    /** Form and Pipeline syntax of the step. */
    @Extension
    public static final class DescriptorImpl extends DaemonStepDescriptor {
        private static final String SECRETS = "secrets";
        private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
        private static final Pattern OVERRIDE = Pattern.compile("[^.=+]+(?:\\.[^.=+]+)+\\+?=.*", Pattern.DOTALL);
        private static final Set<String> LISTS =
                Set.of("files", "targets", "set", "envVariables", "registries", "allow");

        public DescriptorImpl() {
            super(Set.of("variables"), LISTS);
        }

        @Override
        public String getFunctionName() {
            return "treenqBake";
        }

        @NonNull
        @Override
        public String getDisplayName() {
            return Messages.TreenqBakeStep_displayName();
        }

        @Override
        public String argumentsToString(@NonNull Map<String, Object> namedArgs) {
            return joined(namedArgs.get("targets"));
        }

        /** Returns the class that has the parts of the form that are those of {@code treenqBuild}, too. */
        @Restricted(DoNotUse.class)
        public Class<?> getSharedViews() {
            return DockerfileStep.class;
        }

        /** Secrets can also be given as a map of the IDs of secrets to the IDs of credentials. */
        @NonNull
        @Override
        public Map<String, Object> customInstantiate(@NonNull Map<String, Object> arguments) {
            Map<String, Object> bindable = new LinkedHashMap<>(arguments);
            bindable.computeIfPresent(
                    SECRETS, (name, value) -> value instanceof Map<?, ?> ids ? BuildSecret.ofCredentials(ids) : value);
            return super.customInstantiate(bindable);
        }

        @POST
        public ListBoxModel doFillContextCredentialsIdItems(
                @AncestorInPath Item item, @QueryParameter String contextCredentialsId) {
            return CredentialsChoice.remotes(item, contextCredentialsId);
        }

        @POST
        public FormValidation doCheckFiles(@AncestorInPath Item item, @QueryParameter String value) {
            return Util.fixNull(value)
                    .lines()
                    .map(file -> BakePaths.inWorkingFolder(file).orElse(file))
                    .map(file -> WorkspacePath.check(item, file))
                    .filter(each -> each.kind != FormValidation.Kind.OK)
                    .findFirst()
                    .orElse(FormValidation.ok());
        }

        @POST
        public FormValidation doCheckVariables(@AncestorInPath Item item, @QueryParameter String value) {
            return KeyValueList.check(item, value);
        }

        @POST
        public FormValidation doCheckSet(@AncestorInPath Item item, @QueryParameter String value) {
            return LineList.check(item, value, line -> {
                if (!OVERRIDE.matcher(line).matches()) {
                    throw new IllegalArgumentException(Messages.TreenqBakeStep_notAnOverride(line));
                }
            });
        }

        @POST
        public FormValidation doCheckEnvVariables(@AncestorInPath Item item, @QueryParameter String value) {
            return LineList.check(item, value, line -> {
                if (!VARIABLE.matcher(line).matches()) {
                    throw new IllegalArgumentException(Messages.TreenqBakeStep_notAVariable(line));
                }
            });
        }

        @POST
        public FormValidation doCheckAllow(@AncestorInPath Item item, @QueryParameter String value) {
            return LineList.check(item, value, Policy::checkEntitlement);
        }
    }
}
