// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.parameters;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Describable;
import hudson.model.Descriptor;
import hudson.model.Item;
import hudson.util.FormValidation;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.sf.json.JSONObject;
import org.jenkinsci.plugins.structs.describable.CustomDescribableModel;
import org.jenkinsci.plugins.structs.describable.UninstantiatedDescribable;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.DoNotUse;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.StaplerRequest2;
import org.kohsuke.stapler.verb.POST;

/**
 * Descriptor of a parameter with BuildKit's own keys as {@code options}, which are lines in a form and a map in a
 * Jenkinsfile.
 */
public abstract class OptionsDescriptor<T extends Describable<T>> extends Descriptor<T>
        implements CustomDescribableModel {
    private static final String OPTIONS = "options";

    /** The names of the parameters whose values have the form {@code NAME=value}. */
    static final Set<String> ASSIGNMENTS = Set.of(OPTIONS);

    /** Returns the text that a text area shows for a list. */
    @Restricted(DoNotUse.class)
    public String lines(@CheckForNull List<String> values) {
        return LineList.text(values);
    }

    @Override
    public T newInstance(@CheckForNull StaplerRequest2 req, @NonNull JSONObject form) throws FormException {
        LineList.bind(form, List.of(OPTIONS));
        return super.newInstance(req, form);
    }

    @NonNull
    @Override
    public Map<String, Object> customInstantiate(@NonNull Map<String, Object> arguments) {
        return KeyValueList.bindable(arguments, ASSIGNMENTS);
    }

    @NonNull
    @Override
    public UninstantiatedDescribable customUninstantiate(@NonNull UninstantiatedDescribable bound) {
        return KeyValueList.readable(bound, ASSIGNMENTS);
    }

    @POST
    public FormValidation doCheckOptions(@AncestorInPath Item item, @QueryParameter String value) {
        return KeyValueList.check(item, value);
    }
}
