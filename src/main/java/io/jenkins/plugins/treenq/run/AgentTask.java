// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import java.io.Serializable;
import java.util.concurrent.CompletableFuture;

/** What is asked of a daemon, once the files and everything secret are at hand. */
interface AgentTask<T extends Serializable> extends Serializable {
    /** Begins it, on the agent. The client is closed when the result is there. */
    CompletableFuture<T> on(BuildkitClient client, BuildRequest request, SessionContent content, Console console)
            throws BuildkitException;

    /**
     * What the agent answered, on the controller, which does not trust it.
     *
     * @throws IllegalArgumentException when no agent that does this work answers so
     */
    T checked(Object answer);

    /** What is being done, as the first word of a line: {@code BuildTask}. */
    String activity();
}
