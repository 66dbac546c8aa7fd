// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.report;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.EnvVars;
import hudson.Util;
import hudson.model.EnvironmentContributingAction;
import hudson.model.InvisibleAction;
import hudson.model.Run;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** The result of metadata rules in a freestyle build, in the environment of its later build steps. */
public final class MetadataAction extends InvisibleAction implements EnvironmentContributingAction {
    private static final String PREFIX = "TREENQ_METADATA_";

    private final TreeMap<String, String> variables = new TreeMap<>();

    public MetadataAction(MetadataResult result) {
        variables.put(PREFIX + "VERSION", Util.fixNull(result.getVersion()));
        variables.put(PREFIX + "TAGS", String.join("\n", result.getTags()));
        variables.put(PREFIX + "TAG_NAMES", String.join("\n", result.getTagNames()));
        variables.put(PREFIX + "LABELS", String.join("\n", MetadataResult.assignments(result.getLabels())));
        variables.put(PREFIX + "ANNOTATIONS", String.join("\n", MetadataResult.assignments(result.getAnnotations())));
        variables.put(PREFIX + "JSON", result.getJson());
    }

    /** Returns the environment variables by their names. */
    public Map<String, String> variables() {
        return Collections.unmodifiableMap(variables);
    }

    @Override
    public void buildEnvironment(@NonNull Run<?, ?> run, @NonNull EnvVars env) {
        env.putAll(variables);
    }
}
