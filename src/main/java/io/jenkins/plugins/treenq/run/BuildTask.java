// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildResult;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Lint;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.client.RunningBuild;
import io.jenkins.plugins.treenq.buildkit.progress.PlainPrinter;
import io.jenkins.plugins.treenq.buildkit.progress.ProgressReporter;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryConnections;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import io.jenkins.plugins.treenq.timeline.ProgressSender;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;

/**
 * Builds an image, prints the progress and reports the progress to the controller. A push that breaks off after the
 * image was built is repeated; all build steps then come from the daemon's cache.
 */
final class BuildTask implements AgentTask<FinishedBuild> {
    private static final long serialVersionUID = 1;

    /**
     * The time limit for finding an explanation of a failure. Afterwards, the failure is reported without an
     * explanation.
     */
    private static final Duration LONGEST_EXPLANATION = Duration.ofSeconds(20);

    /** The last line of a build step whose command failed. */
    private static final Pattern COMMAND =
            Pattern.compile("^(#\\d+ ERROR: )process \".*\" did not complete successfully: (?=exit code: )");

    private final boolean failOnWarning;
    private final RegistryConnections registries;

    /**
     * @param failOnWarning whether the build fails if the Dockerfile violates a rule
     * @param registries settings of the connections to registries that are queried for the reason of a failure,
     *     without the logins of proxies; null on the controller, which does not connect to registries that a Dockerfile
     *     names
     */
    BuildTask(boolean failOnWarning, @CheckForNull RegistryConnections registries) {
        this.failOnWarning = failOnWarning;
        // Otherwise every agent would get the logins of proxies, only for the message about a possible failure.
        this.registries = registries == null ? null : registries.withoutProxyLogins();
    }

    /** How the requests of a build reach the daemon: on their own, or as those of one target of a bake. */
    interface Requests {
        RunningBuild begin(BuildRequest request, BuildListener listener) throws BuildkitException;

        Lint check(BuildRequest request) throws BuildkitException, InterruptedException;
    }

    private record OnTheirOwn(BuildkitClient client, SessionContent content) implements Requests {
        @Override
        public RunningBuild begin(BuildRequest request, BuildListener listener) throws BuildkitException {
            return client.begin(request, content, listener);
        }

        @Override
        public Lint check(BuildRequest request) throws BuildkitException, InterruptedException {
            return client.check(request, content);
        }
    }

    @Override
    public CompletableFuture<FinishedBuild> on(
            BuildkitClient client, BuildRequest request, SessionContent content, Console console) {
        return on(client, new OnTheirOwn(client, content), request, content, console);
    }

    /** Starts the build like {@link #on(BuildkitClient, BuildRequest, SessionContent, Console)}. */
    CompletableFuture<FinishedBuild> on(
            BuildkitClient client, Requests requests, BuildRequest request, SessionContent content, Console console) {
        ProgressReporter reporter = new ProgressReporter(console.mask());
        ProgressSender sender = ProgressSender.start(reporter, console.progress());
        CompletableFuture<BuildResult> built = new Reported(
                        client, requests, content, console, reporter, registries, new AtomicBoolean())
                .build(request, failOnWarning);
        CompletableFuture<FinishedBuild> finished = Async.then(
                built, result -> Async.call(Async.BLOCKING, () -> FinishedBuild.of(result, client, console.mask())));
        return Async.handle(
                finished,
                (build, failure) -> Async.handle(
                        sender.finish(),
                        (sent, sendFailure) -> failure == null
                                ? CompletableFuture.completedFuture(build)
                                : CompletableFuture.failedFuture(failure)));
    }

    /**
     * A build whose steps are printed and reported.
     *
     * @param linked whether the link to the build's page has been printed
     */
    private record Reported(
            BuildkitClient client,
            Requests requests,
            SessionContent content,
            Console console,
            ProgressReporter reporter,
            @CheckForNull RegistryConnections registries,
            AtomicBoolean linked) {
        CompletableFuture<BuildResult> build(BuildRequest request, boolean failOnWarning) {
            CompletableFuture<Void> checked = failOnWarning
                    ? Async.call(Async.BLOCKING, () -> check(request))
                    : CompletableFuture.completedFuture(null);
            CompletableFuture<BuildResult> built = Async.then(checked, nothing -> buildAndPush(request, 1));
            return Async.orElse(built, failure -> {
                if (failure instanceof BuildkitException.BuildFailedException e) {
                    reporter.failedAt(e.location());
                    return explained(e, request);
                }
                return CompletableFuture.failedFuture(failure);
            });
        }

        private CompletableFuture<BuildResult> explained(
                BuildkitException.BuildFailedException failure, BuildRequest request) {
            if (failure.reason() == null) {
                return CompletableFuture.failedFuture(failure);
            }
            CompletableFuture<BuildkitException.BuildFailedException> explained = Async.within(
                    LONGEST_EXPLANATION,
                    Async.call(Async.BLOCKING, () -> client.explained(failure, request, content, registries)),
                    failure);
            return Async.handle(
                    explained, (better, problem) -> CompletableFuture.failedFuture(better == null ? failure : better));
        }

        private Void check(BuildRequest request) throws BuildkitException, InterruptedException {
            Lint lint = CheckReport.print(requests.check(request), console);
            lint.warnings().forEach(warning -> {
                link();
                reporter.warn(warning);
            });
            CheckReport.refuse(lint);
            return null;
        }

        /** Prints the link to the build's page, as soon as that page has content. */
        private void link() {
            if (linked.compareAndSet(false, true)) {
                console.print(console.link());
            }
        }

        /** @param push number of the attempt, which counts from 1 */
        private CompletableFuture<BuildResult> buildAndPush(BuildRequest request, int push) throws BuildkitException {
            return Async.orElse(buildOnce(request), failure -> {
                if (!(failure instanceof BuildkitException.RegistryRefusedException e)
                        || !e.isUnfinishedPush()
                        || push > RetryPauses.ALL.size()) {
                    return CompletableFuture.failedFuture(failure);
                }
                Duration pause = RetryPauses.ALL.get(push - 1);
                console.print("The image was built, but " + e.getMessage() + "; pushing again in " + pause.toSeconds()
                        + " s (" + (push + 1) + " of " + (RetryPauses.ALL.size() + 1) + ")");
                reporter.reset();
                return Async.then(Async.pause(pause), over -> buildAndPush(request.withNewRef(), push + 1));
            });
        }

        private CompletableFuture<BuildResult> buildOnce(BuildRequest request) throws BuildkitException {
            // The command is omitted, because the name of the step and the Dockerfile contain it.
            PlainPrinter printer =
                    new PlainPrinter(line -> console.print(COMMAND.matcher(line).replaceFirst("$1")), reporter::line);
            BuildListener listener = event -> {
                link();
                reporter.onEvent(event);
                printer.onEvent(event);
            };
            CompletableFuture<BuildResult> built =
                    requests.begin(request, listener).result();
            return Async.handle(built, (result, failure) -> {
                if (failure instanceof CancellationException) {
                    // The printer is not closed, because further events can arrive after a cancellation.
                    return CompletableFuture.failedFuture(failure);
                }
                // The printer is closed first, so that the log is complete before the failure is printed.
                printer.close();
                if (failure instanceof BuildkitException.BuildFailedException e) {
                    printer.distantFailureTail().forEach(console::print);
                    console.print(e.location());
                }
                return failure == null
                        ? CompletableFuture.completedFuture(result)
                        : CompletableFuture.failedFuture(failure);
            });
        }
    }

    boolean isFailOnWarning() {
        return failOnWarning;
    }

    @Override
    public FinishedBuild checked(Object answer) {
        return AgentAnswers.finished(answer);
    }

    @Override
    public boolean beginsWithBuild() {
        return !failOnWarning;
    }

    @Override
    public String activity() {
        return "Building";
    }
}
