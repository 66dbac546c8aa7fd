// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildResult;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.progress.PlainPrinter;
import io.jenkins.plugins.treenq.buildkit.progress.ProgressReporter;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Looks up in the daemon's history how a build ended that no one was waiting for. */
final class HistoryLookupTask implements AgentTask<RecoveredBuild> {
    private static final long serialVersionUID = 1;
    private static final Logger LOGGER = Logger.getLogger(HistoryLookupTask.class.getName());

    private final String ref;

    /** @param ref ID of the earlier build in the daemon */
    HistoryLookupTask(String ref) {
        this.ref = ref;
    }

    /** Returns the build, or null if it did not succeed. */
    @Override
    public CompletableFuture<RecoveredBuild> on(
            BuildkitClient client, BuildRequest request, SessionContent content, Console console) {
        return Async.call(Async.BLOCKING, () -> historyResult(client, console));
    }

    @CheckForNull
    private RecoveredBuild historyResult(BuildkitClient client, Console console)
            throws BuildkitException, InterruptedException {
        Optional<BuildResult> result = client.historyResult(ref);
        if (result.isEmpty()) {
            return null;
        }
        ProgressReporter reporter = new ProgressReporter(console.mask());
        try (PlainPrinter lines = new PlainPrinter(line -> {}, reporter::line)) {
            client.logs(ref, event -> {
                reporter.onEvent(event);
                lines.onEvent(event);
            });
        } catch (BuildkitException e) {
            // The image is available without its progress.
            LOGGER.log(Level.FINE, e, () -> "the progress of build " + ref + " is lost");
        }
        return new RecoveredBuild(FinishedBuild.of(result.get(), client, console.mask()), reporter.take());
    }

    @Override
    @CheckForNull
    public RecoveredBuild checked(Object answer) {
        return AgentAnswers.recovered(answer);
    }

    @Override
    public String activity() {
        return "Looking for build " + ref;
    }
}
