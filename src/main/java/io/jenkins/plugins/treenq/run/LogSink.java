// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

/** Receives what a task on an agent prints to the run's log, on the controller. */
@FunctionalInterface
public interface LogSink {
    /** @param lines complete lines, each with a line break at its end */
    void print(String lines);
}
