// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.SuppressFBWarnings;
import hudson.AbortException;
import hudson.model.TaskListener;
import hudson.remoting.Asynchronous;
import hudson.remoting.Channel;
import hudson.remoting.ProxyException;
import hudson.remoting.VirtualChannel;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.client.DockerfileBuild;
import io.jenkins.plugins.treenq.buildkit.client.PreparedBuild;
import io.jenkins.plugins.treenq.buildkit.client.Workspace;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import io.jenkins.plugins.treenq.timeline.BuildPhase;
import io.jenkins.plugins.treenq.timeline.BuildSource;
import io.jenkins.plugins.treenq.timeline.ProgressSink;
import java.io.File;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.MasterToSlaveFileCallable;

/**
 * The part of a build that runs on the agent, where the files are, and everything that is sent to the agent. The
 * secrets are kept in memory and never written to the agent's disk. The call only starts the task, so that no thread of
 * the agent waits for the result; the controller is notified when the task is done.
 */
final class AgentBuildCallable<T extends Serializable> extends MasterToSlaveFileCallable<Void> {
    private static final long serialVersionUID = 1;
    private static final Logger LOGGER = Logger.getLogger(AgentBuildCallable.class.getName());
    private static final Duration RETRY_PAUSE = Duration.ofSeconds(1);

    /**
     * The number of attempts to send the result as an object. Afterwards, a text that describes the result is sent
     * instead.
     */
    private static final int ATTEMPTS = 5;

    /** The maximum size of the Dockerfile that the build's page shows. Larger files are truncated. */
    private static final int MOST_DOCKERFILE_BYTES = 256 << 10;

    private final AgentTask<T> work;
    private final AgentBuildInput input;

    @SuppressFBWarnings(value = "SE_BAD_FIELD", justification = "sent as what remoting exports")
    private final LogSink log;

    @CheckForNull
    @SuppressFBWarnings(value = "SE_BAD_FIELD", justification = "sent as what remoting exports")
    private final ProgressSink progress;

    @CheckForNull
    @SuppressFBWarnings(value = "SE_BAD_FIELD", justification = "sent as what remoting exports")
    private final TaskCallbacks callbacks;

    private AgentBuildCallable(
            AgentTask<T> work,
            AgentBuildInput input,
            LogSink log,
            @CheckForNull ProgressSink progress,
            @CheckForNull TaskCallbacks callbacks) {
        this.work = work;
        this.input = input;
        this.log = log;
        this.progress = progress;
        this.callbacks = callbacks;
    }

    /** @param progress receives the progress of a build; null if no one needs the progress */
    AgentBuildCallable(
            AgentTask<T> work, AgentBuildInput input, TaskListener listener, @CheckForNull ProgressSink progress) {
        this(work, input, listener.getLogger()::print, progress, null);
    }

    /** Receives the result of the task, on the controller. */
    public interface TaskCallbacks {
        /** The task has started. */
        void begun(TaskCanceller canceller);

        void done(Serializable value);

        void failed(Throwable failure);
    }

    /** Receives, on the agent, the request to stop the task. */
    public interface TaskCanceller {
        @Asynchronous
        void cancel();
    }

    /**
     * Returns a copy that can call the controller until the channel is closed. An object that is exported while a call
     * is being sent is released when that call returns, therefore this method exports the objects beforehand.
     */
    AgentBuildCallable<T> of(Channel agent, TaskCallbacks receiver) {
        return new AgentBuildCallable<>(
                work,
                input,
                agent.export(LogSink.class, log),
                progress == null ? null : agent.export(ProgressSink.class, progress),
                agent.export(TaskCallbacks.class, receiver));
    }

    /** Shows, on the controller, that the agent gets the classes of builds. */
    void preparing() {
        if (progress != null) {
            progress.entered(BuildPhase.LOADING);
        }
    }

    /** Prints, on the controller, for how long the task had to wait for the agent. */
    void prepared(String agent, Duration time) {
        log.print(preparedLine(agent, time));
    }

    /** Returns the line that says for how long a build had to wait for the agent. */
    static String preparedLine(String agent, Duration time) {
        return String.format(
                Locale.ROOT,
                "Preparing %s, which builds its first image, took %.1f s%n",
                agent,
                time.toMillis() / 1000.0);
    }

    @Override
    public Void invoke(File folder, VirtualChannel channel) {
        // The channel parameter is null here; it is only set for files on another machine.
        new Running(Channel.currentOrFail(), callbacks).follow(begin(folder));
        return null;
    }

    /**
     * A task that is canceled when the connection to the controller is closed, because then no one waits for its
     * result.
     */
    private static final class Running extends Channel.Listener implements TaskCanceller {
        private final Channel controller;
        private final TaskCallbacks callbacks;
        private volatile CompletableFuture<? extends Serializable> result;

        /**
         * Whether the task was stopped, by the controller or because the connection was closed. In both cases the
         * controller is not notified of the result.
         */
        private volatile boolean stopped;

        Running(Channel controller, TaskCallbacks callbacks) {
            this.controller = controller;
            this.callbacks = callbacks;
        }

        void follow(CompletableFuture<? extends Serializable> begun) {
            result = begun;
            controller.addListener(this);
            begun.whenComplete((value, failure) -> controller.removeListener(this));
            if (controller.isClosingOrClosed()) {
                cancel();
            }
            TaskCanceller canceller = exportedCanceller();
            callController(() -> callbacks.begun(canceller))
                    .whenComplete((nothing, problem) -> begun.whenComplete((value, failure) -> {
                        if (!stopped) {
                            LOGGER.log(Level.FINE, failure, () -> "the task of the controller has ended");
                            sendResult(value, failure, 1);
                        }
                    }));
        }

        private TaskCanceller exportedCanceller() {
            try {
                return controller.export(TaskCanceller.class, this);
            } catch (RuntimeException | Error e) {
                // The call fails, and without an exported object the controller could not stop the task later.
                cancel();
                throw e;
            }
        }

        private CompletableFuture<Void> callController(Runnable call) {
            return Async.call(Async.BLOCKING, () -> {
                call.run();
                return null;
            });
        }

        /**
         * Sends the result until the controller has received it, because the step waits for it. The attempts are
         * repeated because an agent that is out of memory may have memory again a moment later.
         *
         * @param attempt counts from 1
         */
        private void sendResult(@CheckForNull Serializable value, @CheckForNull Throwable failure, int attempt) {
            CompletableFuture<Void> sent = callController(() -> {
                if (failure == null) {
                    callbacks.done(value);
                } else {
                    callbacks.failed(failure);
                }
            });
            sent.whenComplete((nothing, problem) -> {
                if (problem != null && !controller.isClosingOrClosed()) {
                    LOGGER.log(Level.FINE, problem, () -> "the result of a task cannot be sent to the controller");
                    Throwable next = sendable(failure, problem, attempt);
                    Async.pause(RETRY_PAUSE).thenRun(() -> sendResult(next == null ? value : null, next, attempt + 1));
                }
            });
        }

        /**
         * Returns the failure to send in the next attempt; null to send the result again. After an error of the JVM,
         * the same object is sent again. A result or failure that cannot be serialized is replaced by a proxy, and
         * after too many attempts by its text, because not every serialization problem is reported as an exception.
         */
        @CheckForNull
        private static Throwable sendable(@CheckForNull Throwable failure, Throwable problem, int attempt) {
            if (problem instanceof Error && attempt < ATTEMPTS) {
                return failure;
            }
            if (failure instanceof ProxyException || attempt > ATTEMPTS) {
                return new IOException(String.valueOf(failure == null ? problem : failure));
            }
            return new ProxyException(failure == null ? problem : failure);
        }

        @Override
        public void cancel() {
            stopped = true;
            result.cancel(true);
        }

        @Override
        public void onClosed(Channel channel, IOException cause) {
            cancel();
        }
    }

    /** Starts the task in this JVM. */
    CompletableFuture<T> begin(File folder) {
        return new Execution(folder.toPath()).begin();
    }

    /** One execution of the task. */
    private final class Execution {
        private final Path folder;
        private final LogSender printed = new LogSender(log);

        /** Masks the secrets that are known so far. */
        private volatile Redaction redaction = Redaction.of(List.of());

        Execution(Path folder) {
            this.folder = folder;
        }

        private record Prepared(BuildRequest request, SessionContent content, Console console) {}

        CompletableFuture<T> begin() {
            CompletableFuture<T> done = Async.then(Async.call(Async.SHORT, this::prepare), this::perform);
            return Async.handle(
                    done,
                    (result, failure) -> Async.then(
                            printed.finish(),
                            sent -> failure == null
                                    ? CompletableFuture.completedFuture(result)
                                    : CompletableFuture.failedFuture(explained(failure))));
        }

        private Prepared prepare() throws BuildkitException, IOException, InterruptedException {
            entered(BuildPhase.PREPARING);
            DockerfileBuild build = input.build();
            Path boundary = input.boundary(folder);
            Workspace files = new Workspace(folder, boundary);
            input.secrets().read(files);
            Set<String> secrets = new HashSet<>(input.texts());
            secrets.addAll(work.secrets());
            redaction = Redaction.of(secrets);
            PreparedBuild prepared = build.in(files);
            SessionContent content = prepared.content(
                    input.registries(),
                    input.secrets().secrets(),
                    input.secrets().ssh(),
                    input.contextKey());
            Consumer<String> log = redaction.before(printed::println);
            BuildRequest request = build.hasProvenance()
                    ? prepared.request().withOptions(ProvenanceSource.options(prepared, boundary, log))
                    : prepared.request();
            Redaction known = redaction;
            UnaryOperator<String> mask =
                    SecretArguments.masked(build, line -> input.mask().apply(known.apply(line)));
            if (progress != null) {
                BuildSource source = BuildSource.of(
                        request.options().getOrDefault("filename", "Dockerfile"),
                        prepared.dockerfileText(MOST_DOCKERFILE_BYTES),
                        SecretArguments.shown(build),
                        mask);
                report(() -> progress.source(source));
            }
            return new Prepared(request, content, new Console(log, mask, progress, input.link()));
        }

        private void entered(BuildPhase phase) {
            if (progress != null) {
                report(() -> progress.entered(phase));
            }
        }

        /**
         * Calls the controller. A failure of the call is only logged, because the build does not depend on the report
         * of its progress.
         */
        private void report(Runnable call) {
            try {
                call.run();
            } catch (RuntimeException e) {
                LOGGER.log(Level.FINE, "the progress of a build cannot be sent to the controller", e);
            }
        }

        private CompletableFuture<T> perform(Prepared prepared) throws BuildkitException {
            entered(BuildPhase.CONNECTING);
            CompletableFuture<BuildkitClient> connected = work.beginsWithBuild()
                    ? BuildkitClient.connectForBuildLater(input.endpoint())
                    : BuildkitClient.connectLater(input.endpoint());
            CompletableFuture<T> result = Async.then(connected, client -> {
                entered(BuildPhase.STARTING);
                return work.on(client, prepared.request(), prepared.content(), prepared.console());
            });
            result.whenComplete((value, failure) -> connected.thenAccept(BuildkitClient::close));
            return result;
        }

        private Throwable explained(Throwable failure) {
            if (failure instanceof BuildkitException.InvalidRequestException e) {
                return new AbortException(redaction.apply(e.getMessage()));
            }
            if (failure instanceof BuildkitException.UnreachableException
                    || failure instanceof BuildkitException.TlsRefusedException) {
                return new DaemonUnreachableException(
                        redaction.apply(line(failure)),
                        redaction.apply(failure.getMessage()),
                        failure instanceof BuildkitException.UnreachableException);
            }
            if (failure instanceof BuildkitException.ConnectionLostException) {
                return lost(failure, false);
            }
            if (failure instanceof BuildkitException.DaemonFailedException e && e.isDiskFull()) {
                return lost(e, true);
            }
            if (failure instanceof BuildkitException e) {
                LOGGER.log(
                        Level.FINE, e, () -> "build " + input.build().request().ref() + " failed");
                return new AbortException(redaction.apply(line(e)));
            }
            return failure;
        }

        private DaemonLostException lost(Throwable failure, boolean diskFull) {
            return new DaemonLostException(
                    redaction.apply(line(failure)), redaction.apply(failure.getMessage()), diskFull);
        }

        private String line(Throwable failure) {
            return work.activity().toLowerCase(Locale.ROOT) + " "
                    + input.build().subject() + " on builder '" + input.builder() + "' failed: " + failure.getMessage();
        }
    }
}
