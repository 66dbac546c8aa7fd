// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildResult;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.SessionContent;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.progress.PlainPrinter;
import io.jenkins.plugins.treenq.buildkit.progress.SourceSnippet;
import java.util.function.Consumer;

/**
 * Builds, and prints how it goes. A push that breaks off when the image was built is tried again, for which the daemon's
 * cache has everything.
 */
final class Building implements AgentWork<BuildResult> {
    private static final long serialVersionUID = 1;

    private static final int PUSHES = 3;

    @Override
    public BuildResult on(BuildkitClient client, BuildRequest request, SessionContent content, Consumer<String> log)
            throws BuildkitException, InterruptedException {
        BuildRequest next = request;
        for (int push = 1; ; push++) {
            try {
                return build(client, next, content, log);
            } catch (BuildkitException.RegistryRefused e) {
                if (!e.isUnfinishedPush() || push == PUSHES) {
                    throw e;
                }
                log.accept("The image was built, but " + e.getMessage() + "; pushing again (" + (push + 1) + " of "
                        + PUSHES + ")");
                next = request.withNewRef();
            }
        }
    }

    private static BuildResult build(
            BuildkitClient client, BuildRequest request, SessionContent content, Consumer<String> log)
            throws BuildkitException, InterruptedException {
        PlainPrinter printer = new PlainPrinter(log);
        try (printer) {
            return client.build(request, content, printer);
        } catch (BuildkitException.BuildFailed e) {
            // Closed by now, so that the log is whole before it is told what was wrong.
            printer.failureTail().forEach(log);
            if (e.location() != null) {
                SourceSnippet.of(e.location()).forEach(log);
            }
            throw e;
        }
    }

    @Override
    public String doing() {
        return "Building";
    }
}
