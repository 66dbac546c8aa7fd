// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildResult;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.SessionContent;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import java.util.function.Consumer;

/** Asks the daemon's history how a build ended that nobody waited for. */
final class Recalling implements AgentWork<BuildResult> {
    private static final long serialVersionUID = 1;

    private final String ref;

    /** @param ref of the earlier build */
    Recalling(String ref) {
        this.ref = ref;
    }

    /** Null unless it succeeded. */
    @Override
    @CheckForNull
    public BuildResult on(BuildkitClient client, BuildRequest request, SessionContent content, Consumer<String> log)
            throws BuildkitException, InterruptedException {
        return client.recall(ref).orElse(null);
    }

    @Override
    public String doing() {
        return "Looking for build " + ref;
    }
}
