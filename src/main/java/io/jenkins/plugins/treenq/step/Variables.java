// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.EnvVars;
import hudson.Util;
import hudson.model.AbstractBuild;
import hudson.model.Run;
import java.util.function.UnaryOperator;

/** Expands variables in the parameters of build steps. */
final class Variables {
    private Variables() {}

    /**
     * Returns a function that expands variables in freestyle builds. In a Pipeline the function changes nothing,
     * because Groovy expands the variables of a Jenkinsfile.
     */
    static UnaryOperator<String> of(Run<?, ?> run, EnvVars env) {
        if (run instanceof AbstractBuild<?, ?> freestyle) {
            EnvVars variables = new EnvVars(env);
            variables.overrideAll(freestyle.getBuildVariables());
            return variables::expand;
        }
        return UnaryOperator.identity();
    }

    /**
     * Expands variables in the value of an optional parameter. Returns null if there is no value, or if the expanded
     * value is blank.
     */
    @CheckForNull
    static String filled(@CheckForNull String value, UnaryOperator<String> expand) {
        return value == null ? null : Util.fixEmptyAndTrim(expand.apply(value));
    }
}
