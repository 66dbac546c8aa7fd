// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.parameters;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import hudson.Extension;
import hudson.Util;
import hudson.model.AbstractDescribableImpl;
import hudson.model.Item;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.treenq.buildkit.client.FileOutput;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** An output of the build that is written to the workspace. */
public final class BuildOutput extends AbstractDescribableImpl<BuildOutput> implements Serializable {
    private static final long serialVersionUID = 1;

    private final String type;
    private final String dest;
    private List<String> options = new ArrayList<>();

    @DataBoundConstructor
    public BuildOutput(@CheckForNull String type, @CheckForNull String dest) {
        this.type = Util.fixNull(type).trim();
        this.dest = Util.fixNull(dest).trim();
    }

    /** Sets default values for parameters that are missing in XML that was written by hand. */
    private Object readResolve() {
        setOptions(options);
        return this;
    }

    /** Returns the type: {@code local}, {@code tar}, {@code oci} or {@code docker}. */
    public String getType() {
        return type;
    }

    /** Returns the path of the file, or of the folder for the type {@code local}. */
    public String getDest() {
        return dest;
    }

    /** Returns the options of the exporter, each as {@code key=value}. */
    public List<String> getOptions() {
        return options;
    }

    @DataBoundSetter
    public void setOptions(@CheckForNull List<String> options) {
        this.options = LineList.of(options);
    }

    /** Returns the output for the client, with variables expanded. */
    public FileOutput destination(UnaryOperator<String> expand) throws AbortException {
        if (dest.isEmpty()) {
            throw new AbortException("an output of type '" + type + "' needs dest, a path in the workspace");
        }
        return new FileOutput(type, expand.apply(dest), KeyValueList.map(options, "options", expand));
    }

    /** Form and Pipeline syntax of an output. */
    @Extension
    @Symbol("output")
    public static final class DescriptorImpl extends OptionsDescriptor<BuildOutput> {
        @Override
        public String getDisplayName() {
            return Messages.BuildOutput_displayName();
        }

        @POST
        public ListBoxModel doFillTypeItems(@QueryParameter String type) {
            ListBoxModel types = new ListBoxModel();
            types.add(Messages.BuildOutput_local(), "local");
            types.add(Messages.BuildOutput_tar(), "tar");
            types.add(Messages.BuildOutput_oci(), "oci");
            types.add(Messages.BuildOutput_docker(), "docker");
            return SelectOptions.with(type, types);
        }

        @POST
        public FormValidation doCheckDest(@AncestorInPath Item item, @QueryParameter String value) {
            FormValidation required = LineList.checkRequired(item, value, path -> {});
            return required.kind == FormValidation.Kind.OK ? WorkspacePath.check(item, value) : required;
        }
    }
}
