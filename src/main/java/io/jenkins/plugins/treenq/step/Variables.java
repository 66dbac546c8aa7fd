// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.EnvVars;
import hudson.Util;
import hudson.model.AbstractBuild;
import hudson.model.Run;
import java.util.function.UnaryOperator;

/** Variables in the parameters of build steps. */
final class Variables {
    private Variables() {}

    /** Fills them in for freestyle builds only: a Jenkinsfile has Groovy for that. */
    static UnaryOperator<String> of(Run<?, ?> run, EnvVars env) {
        if (run instanceof AbstractBuild<?, ?> freestyle) {
            EnvVars variables = new EnvVars(env);
            variables.overrideAll(freestyle.getBuildVariables());
            return variables::expand;
        }
        return UnaryOperator.identity();
    }

    /** A value that need not be given; null also when nothing is left of it. */
    @CheckForNull
    static String filled(@CheckForNull String value, UnaryOperator<String> expand) {
        return value == null ? null : Util.fixEmptyAndTrim(expand.apply(value));
    }
}
