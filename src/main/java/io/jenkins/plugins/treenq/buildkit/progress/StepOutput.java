// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.progress;

import java.io.Serializable;
import java.util.List;

/**
 * Lines of a step's output. If there were too many, lines in the middle are omitted.
 *
 * @param leftOut number of omitted lines between the first and the last lines
 */
public record StepOutput(List<String> first, long leftOut, List<String> last) implements Serializable {
    public StepOutput {
        first = List.copyOf(first);
        last = List.copyOf(last);
    }
}
