// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildResult;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Lint;
import io.jenkins.plugins.treenq.buildkit.SessionContent;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.progress.PlainPrinter;
import io.jenkins.plugins.treenq.buildkit.progress.ProgressReporter;
import io.jenkins.plugins.treenq.timeline.ProgressSender;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Builds, prints how it goes, and tells the controller. A push that breaks off when the image was built is tried again, for
 * which the daemon's cache has everything.
 */
final class BuildTask implements AgentTask<FinishedBuild> {
    private static final long serialVersionUID = 1;

    private final boolean failOnWarning;

    /** @param failOnWarning whether a Dockerfile that breaks a rule is not built */
    BuildTask(boolean failOnWarning) {
        this.failOnWarning = failOnWarning;
    }

    @Override
    public CompletableFuture<FinishedBuild> on(
            BuildkitClient client, BuildRequest request, SessionContent content, Console console) {
        Instant start = Instant.now();
        ProgressReporter reporter = new ProgressReporter(console.mask());
        ProgressSender sender = ProgressSender.start(reporter, console.progress());
        CompletableFuture<BuildResult> built = new Reported(client, content, console, reporter, new AtomicBoolean())
                .build(request, failOnWarning);
        CompletableFuture<FinishedBuild> finished = Async.then(
                built, result -> Async.call(Async.ASKING, () -> FinishedBuild.of(result, client)));
        return Async.handle(finished, (build, failure) -> Async.handle(sender.finish(), (told, untold) -> {
            console.print(reporter.summary().line(Duration.between(start, Instant.now())));
            return failure == null
                    ? CompletableFuture.completedFuture(build)
                    : CompletableFuture.failedFuture(failure);
        }));
    }

    /**
     * A build whose steps are printed, and kept account of.
     *
     * @param linked whether the console has the link to the build's page
     */
    private record Reported(
            BuildkitClient client,
            SessionContent content,
            Console console,
            ProgressReporter reporter,
            AtomicBoolean linked) {
        CompletableFuture<BuildResult> build(BuildRequest request, boolean failOnWarning) {
            CompletableFuture<Void> checked = failOnWarning
                    ? Async.call(Async.ASKING, () -> check(request))
                    : CompletableFuture.completedFuture(null);
            CompletableFuture<BuildResult> built = Async.then(checked, nothing -> buildAndPush(request, 1));
            return Async.orElse(built, failure -> {
                if (failure instanceof BuildkitException.BuildFailed e) {
                    reporter.failedAt(e.location());
                }
                return CompletableFuture.failedFuture(failure);
            });
        }

        private Void check(BuildRequest request) throws BuildkitException, InterruptedException {
            Lint lint = DockerfileRules.check(client, request, content, console);
            lint.warnings().forEach(warning -> {
                link();
                reporter.warn(warning);
            });
            DockerfileRules.refuse(lint);
            return null;
        }

        /** As soon as there is something on that page. */
        private void link() {
            if (linked.compareAndSet(false, true)) {
                console.print(console.link());
            }
        }

        /** @param push counts from 1 */
        private CompletableFuture<BuildResult> buildAndPush(BuildRequest request, int push) throws BuildkitException {
            return Async.orElse(buildOnce(request), failure -> {
                if (!(failure instanceof BuildkitException.RegistryRefused e)
                        || !e.isUnfinishedPush()
                        || push > RetryPauses.ALL.size()) {
                    return CompletableFuture.failedFuture(failure);
                }
                Duration pause = RetryPauses.ALL.get(push - 1);
                console.print("The image was built, but " + e.getMessage() + "; pushing again in " + pause.toSeconds()
                        + " s (" + (push + 1) + " of " + (RetryPauses.ALL.size() + 1) + ")");
                reporter.begunAgain();
                return Async.then(Async.pause(pause), over -> buildAndPush(request.withNewRef(), push + 1));
            });
        }

        private CompletableFuture<BuildResult> buildOnce(BuildRequest request) throws BuildkitException {
            PlainPrinter printer = new PlainPrinter(console.log(), reporter::line);
            BuildListener listener = event -> {
                link();
                reporter.onEvent(event);
                printer.onEvent(event);
            };
            CompletableFuture<BuildResult> built = client.begin(request, content, listener).result();
            return Async.handle(built, (result, failure) -> {
                if (failure instanceof CancellationException) {
                    // Events may still be on their way.
                    return CompletableFuture.failedFuture(failure);
                }
                // So that the log is whole before it is told what was wrong.
                printer.close();
                if (failure instanceof BuildkitException.BuildFailed e) {
                    printer.failureTail().forEach(console::print);
                    console.print(e.location());
                }
                return failure == null
                        ? CompletableFuture.completedFuture(result)
                        : CompletableFuture.failedFuture(failure);
            });
        }
    }

    @Override
    public FinishedBuild checked(Object answer) {
        return AgentAnswers.finished(answer);
    }

    @Override
    public String doing() {
        return "Building";
    }
}
