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

/** Asks the daemon's history how a build ended that nobody waited for. */
final class HistoryLookupTask implements AgentTask<RecoveredBuild> {
    private static final long serialVersionUID = 1;
    private static final Logger LOGGER = Logger.getLogger(HistoryLookupTask.class.getName());

    private final String ref;

    /** @param ref of the earlier build */
    HistoryLookupTask(String ref) {
        this.ref = ref;
    }

    /** Null unless it succeeded. */
    @Override
    public CompletableFuture<RecoveredBuild> on(
            BuildkitClient client, BuildRequest request, SessionContent content, Console console) {
        return Async.call(Async.ASKING, () -> historyResult(client, console));
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
            // The image is there all the same.
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
