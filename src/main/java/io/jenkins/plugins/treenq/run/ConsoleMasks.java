// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.EnvVars;
import hudson.console.ConsoleLogFilter;
import hudson.model.AbstractBuild;
import hudson.model.Run;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;

/** Creates the masks of runs, on the controller. */
public final class ConsoleMasks {
    private ConsoleMasks() {}

    /** @param filter console filter of the enclosing block of a Pipeline; null if there is none */
    public static ConsoleMask of(@CheckForNull ConsoleLogFilter filter) {
        return new ConsoleMask(filter == null ? null : new FilterMask(filter), false, Set.of());
    }

    /**
     * Returns a mask for a build step. In a Pipeline, it masks everything, because the console filters of a Pipeline's
     * blocks are available to Pipeline steps only, so the secrets are unknown.
     */
    public static ConsoleMask ofBuildStep(Run<?, ?> run, EnvVars env) {
        return run instanceof AbstractBuild<?, ?> freestyle ? of(freestyle, env) : ConsoleMask.ofEverything();
    }

    /**
     * Returns a mask for the sensitive variables of a freestyle build. The console filters of the build are not used,
     * because they may do more than mask texts.
     */
    public static ConsoleMask of(AbstractBuild<?, ?> build, EnvVars env) {
        Set<String> secrets = new HashSet<>();
        for (String name : build.getSensitiveBuildVariables()) {
            secrets.add(env.get(name));
            secrets.add(build.getBuildVariables().get(name));
        }
        secrets.removeIf(Objects::isNull);
        return new ConsoleMask(null, false, secrets);
    }
}
