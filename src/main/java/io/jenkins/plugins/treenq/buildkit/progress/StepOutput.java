// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.progress;

import java.io.Serializable;
import java.util.List;

/**
 * Lines that a step wrote, those in the middle perhaps left out.
 *
 * @param leftOut how many there were between the first and the last ones
 */
public record StepOutput(List<String> first, long leftOut, List<String> last) implements Serializable {
    public StepOutput {
        first = List.copyOf(first);
        last = List.copyOf(last);
    }
}
