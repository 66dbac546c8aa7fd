// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * What an agent needs to evaluate bake files.
 *
 * @param files paths of the files in the job's folder; empty for the default names
 * @param targets names or patterns of targets and groups
 * @param overrides overrides of attributes, as for {@code --set} of buildx
 * @param variables values of the files' variables
 * @param environment the environment variables that the files may see. This object is never printed, because the
 *     variables can be secrets
 * @param push whether the images of targets that have tags are pushed
 * @param workspace path of the workspace
 */
record BakeInput(
        List<String> files,
        List<String> targets,
        List<String> overrides,
        Map<String, String> variables,
        Map<String, String> environment,
        boolean push,
        String workspace)
        implements Serializable {
    BakeInput {
        files = List.copyOf(files);
        targets = List.copyOf(targets);
        overrides = List.copyOf(overrides);
        variables = Map.copyOf(variables);
        environment = Map.copyOf(environment);
    }

    @Override
    public String toString() {
        return "BakeInput[" + files + ", " + targets + "]";
    }
}
