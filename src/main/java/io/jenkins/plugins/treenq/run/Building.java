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
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Builds, prints how it goes, and tells the controller. A push that breaks off when the image was built is tried again, for
 * which the daemon's cache has everything.
 */
final class Building implements AgentWork<FinishedBuild> {
    private static final long serialVersionUID = 1;

    private static final int PUSHES = 3;

    private final boolean failOnWarning;

    /** @param failOnWarning whether a Dockerfile that breaks a rule is not built */
    Building(boolean failOnWarning) {
        this.failOnWarning = failOnWarning;
    }

    @Override
    public FinishedBuild on(BuildkitClient client, BuildRequest request, SessionContent content, Console console)
            throws BuildkitException, InterruptedException {
        Instant start = Instant.now();
        ProgressReporter reporter = new ProgressReporter(console.mask());
        try (ProgressSender sender = ProgressSender.start(reporter, console.progress())) {
            BuildResult result = new Reported(client, content, console, reporter, new AtomicBoolean())
                    .build(request, failOnWarning);
            return FinishedBuild.of(result, client);
        } finally {
            console.print(reporter.summary().line(Duration.between(start, Instant.now())));
        }
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
        BuildResult build(BuildRequest request, boolean failOnWarning) throws BuildkitException, InterruptedException {
            try {
                if (failOnWarning) {
                    Lint lint = DockerfileRules.check(client, request, content, console);
                    lint.warnings().forEach(warning -> {
                        link();
                        reporter.warn(warning);
                    });
                    DockerfileRules.refuse(lint);
                }
                return buildAndPush(request);
            } catch (BuildkitException.BuildFailed e) {
                reporter.failedAt(e.location());
                throw e;
            }
        }

        /** As soon as there is something on that page. */
        private void link() {
            if (linked.compareAndSet(false, true)) {
                console.print(console.link());
            }
        }

        private BuildResult buildAndPush(BuildRequest request) throws BuildkitException, InterruptedException {
            BuildRequest next = request;
            for (int push = 1; ; push++) {
                try {
                    return buildOnce(next);
                } catch (BuildkitException.RegistryRefused e) {
                    if (!e.isUnfinishedPush() || push == PUSHES) {
                        throw e;
                    }
                    console.print("The image was built, but " + e.getMessage() + "; pushing again (" + (push + 1)
                            + " of " + PUSHES + ")");
                    next = request.withNewRef();
                    reporter.begunAgain();
                }
            }
        }

        private BuildResult buildOnce(BuildRequest request) throws BuildkitException, InterruptedException {
            PlainPrinter printer = new PlainPrinter(console.log(), reporter::line);
            BuildListener listener = event -> {
                link();
                reporter.onEvent(event);
                printer.onEvent(event);
            };
            try (printer) {
                return client.build(request, content, listener);
            } catch (BuildkitException.BuildFailed e) {
                // Closed by now, so that the log is whole before it is told what was wrong.
                printer.failureTail().forEach(console::print);
                console.print(e.location());
                throw e;
            }
        }
    }

    @Override
    public String doing() {
        return "Building";
    }
}
