// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import java.io.Serializable;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** A task for a daemon, which the agent starts once the files and secrets have been read. */
interface AgentTask<T extends Serializable> extends Serializable {
    /** Starts the task on the agent. The client is closed when the returned future completes. */
    CompletableFuture<T> on(BuildkitClient client, BuildRequest request, SessionContent content, Console console)
            throws BuildkitException;

    /**
     * Returns a checked copy of the agent's answer. This method runs on the controller, which does not trust the
     * answer.
     *
     * @throws IllegalArgumentException if the answer is not a valid result of this task
     */
    T checked(Object answer);

    /** Returns the secrets of the task itself, which are to be masked in the log. */
    default Set<String> secrets() {
        return Set.of();
    }

    /**
     * Returns whether the task begins with a build, which notices by itself that a connection of an earlier task is
     * lost.
     */
    default boolean beginsWithBuild() {
        return false;
    }

    /** Returns the activity as the first word or words of a log line, such as "Building". */
    String activity();
}
