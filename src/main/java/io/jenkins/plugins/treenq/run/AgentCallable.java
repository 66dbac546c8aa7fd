// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.remoting.Asynchronous;
import hudson.remoting.Channel;
import hudson.remoting.ProxyException;
import hudson.remoting.VirtualChannel;
import java.io.File;
import java.io.IOException;
import java.io.Serializable;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.MasterToSlaveFileCallable;

/**
 * A task that runs on the agent, where the files are, and everything that is sent to the agent for it. The call only
 * starts the task, so that no thread of the agent waits for the result; the controller is notified when the task is
 * done.
 *
 * @param <T> type of the result
 */
abstract class AgentCallable<T extends Serializable> extends MasterToSlaveFileCallable<Void> {
    private static final long serialVersionUID = 1;
    private static final Logger LOGGER = Logger.getLogger(AgentCallable.class.getName());
    private static final Duration RETRY_PAUSE = Duration.ofSeconds(1);

    /**
     * The number of attempts to send the result as an object. Afterwards, a text that describes the result is sent
     * instead.
     */
    private static final int ATTEMPTS = 5;

    /** Receives the lines of the run's log. */
    final LogSink log;

    @CheckForNull
    private final TaskCallbacks callbacks;

    /** @param callbacks receives the result; null if the callable is not sent */
    AgentCallable(LogSink log, @CheckForNull TaskCallbacks callbacks) {
        this.log = log;
        this.callbacks = callbacks;
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
    abstract AgentCallable<T> of(Channel agent, TaskCallbacks receiver);

    /** Starts the task in this JVM. */
    abstract CompletableFuture<T> begin(File folder);

    /**
     * Returns a checked copy of the agent's answer. This method runs on the controller, which does not trust the
     * answer.
     *
     * @throws IllegalArgumentException if the answer is not a valid result of this task
     */
    abstract T checked(Object answer);

    /** Shows, on the controller, that the agent gets the classes of builds. */
    void preparing() {
        // Only tasks that are builds have a timeline that shows it.
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
}
