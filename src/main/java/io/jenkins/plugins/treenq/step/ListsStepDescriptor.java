// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Util;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.treenq.parameters.KeyValueList;
import io.jenkins.plugins.treenq.parameters.LineList;
import io.jenkins.plugins.treenq.parameters.PipelineArguments;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import net.sf.json.JSONObject;
import org.jenkinsci.plugins.structs.describable.CustomDescribableModel;
import org.jenkinsci.plugins.structs.describable.UninstantiatedDescribable;
import org.jenkinsci.plugins.workflow.steps.Step;
import org.jenkinsci.plugins.workflow.steps.StepDescriptor;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.DoNotUse;
import org.kohsuke.stapler.StaplerRequest2;

/**
 * Form and Pipeline syntax of a step that has lists as parameters. In the form, a list is a text with one entry on each
 * line. In a Jenkinsfile, a list can also be a single text, and a list of key=value texts can be a map.
 */
public abstract class ListsStepDescriptor extends StepDescriptor implements CustomDescribableModel {
    private final Set<String> assignments;
    private final Set<String> lists;

    /**
     * @param assignments names of the parameters whose values have the form {@code NAME=value}
     * @param lists names of the other parameters that are lists of texts
     */
    ListsStepDescriptor(Set<String> assignments, Set<String> lists) {
        this.assignments = Set.copyOf(assignments);
        this.lists = Set.copyOf(lists);
    }

    /** Returns the value of a parameter that is a list, as one text; null if the parameter is not set. */
    @CheckForNull
    static String joined(@CheckForNull Object value) {
        return value instanceof List<?> several
                ? Util.join(several, ", ")
                : value instanceof CharSequence ? value.toString() : null;
    }

    @Override
    public Set<? extends Class<?>> getRequiredContext() {
        // A workspace is not required, because the daemon or the controller may fetch everything itself.
        return Set.of(Run.class, TaskListener.class);
    }

    /** Returns the text that a text area shows for a list. */
    @Restricted(DoNotUse.class)
    public String lines(@CheckForNull List<String> values) {
        return LineList.text(values);
    }

    @Override
    public Step newInstance(@CheckForNull StaplerRequest2 req, @NonNull JSONObject form) throws FormException {
        LineList.bind(form, Stream.concat(assignments.stream(), lists.stream()).toList());
        return super.newInstance(req, form);
    }

    @NonNull
    @Override
    public Map<String, Object> customInstantiate(@NonNull Map<String, Object> arguments) {
        return PipelineArguments.bindable(getFunctionName(), clazz, KeyValueList.bindable(arguments, assignments));
    }

    @NonNull
    @Override
    public UninstantiatedDescribable customUninstantiate(@NonNull UninstantiatedDescribable step) {
        return KeyValueList.readable(step, assignments);
    }
}
