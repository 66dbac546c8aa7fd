// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.parameters;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.util.ListBoxModel;

/** The options of a form's select field. */
public final class SelectOptions {
    private SelectOptions() {}

    /**
     * Adds the current value of the field if it is not one of the options, such as a variable in a job that was
     * configured by code. Without it, the form would select the first option, and saving the form would replace the
     * value.
     */
    public static ListBoxModel with(@CheckForNull String current, ListBoxModel options) {
        if (current != null && !current.isEmpty() && options.stream().noneMatch(each -> each.value.equals(current))) {
            options.add(current);
        }
        return options;
    }
}
