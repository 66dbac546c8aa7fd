// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import java.io.IOException;
import org.jenkinsci.plugins.workflow.actions.ThreadNameAction;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/**
 * Tells whether a step is in a branch of {@code parallel} or in a cell of a {@code matrix}, so that other steps can run
 * at the same time.
 */
final class ParallelBranch {
    private ParallelBranch() {}

    static boolean encloses(StepContext context) throws IOException, InterruptedException {
        FlowNode node = context.get(FlowNode.class);
        return node != null
                && node.getEnclosingBlocks().stream()
                        .anyMatch(block -> block.getAction(ThreadNameAction.class) != null);
    }
}
