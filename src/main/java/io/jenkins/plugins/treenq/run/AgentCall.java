// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import hudson.FilePath;
import hudson.model.Computer;
import hudson.remoting.Channel;
import hudson.remoting.ChannelClosedException;
import java.io.File;
import java.io.IOException;
import java.io.Serializable;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * A task that runs on an agent. No thread of the controller waits for the agent: the agent is requested to start the
 * task, and notifies the controller when the task has started and when it is done.
 */
final class AgentCall<T extends Serializable> extends Channel.Listener implements AgentCallable.TaskCallbacks {
    private static final Logger LOGGER = Logger.getLogger(AgentCall.class.getName());
    private static final Duration CHECK_INTERVAL = Duration.ofSeconds(1);

    private final String agent;
    private final AgentCallable<T> callable;
    private final CompletableFuture<T> result = new CompletableFuture<>();
    private volatile boolean begun;

    /** Set while the task waits for an agent that did not have the classes; otherwise null. */
    private volatile Preparing preparing;

    private record Preparing(long sinceNanos) {}

    private AgentCall(String agent, AgentCallable<T> callable) {
        this.agent = agent;
        this.callable = callable;
    }

    /**
     * Starts the task.
     *
     * @param folder the job's current folder; null for a task without files, which runs on the controller
     * @return the result of the task. Canceling the result stops the task
     */
    static <T extends Serializable> CompletableFuture<T> begin(
            @CheckForNull FilePath folder, AgentCallable<T> callable) {
        if (folder == null) {
            return new AgentCall<>("the controller", callable).beginWithoutFiles();
        }
        // The name is looked up now, because it cannot be found any more after the agent was disconnected.
        AgentCall<T> call = new AgentCall<>(agentOf(folder), callable);
        return folder.getChannel() instanceof Channel remote
                ? call.beginOn(remote, folder)
                : call.beginHere(callable.begin(new File(folder.getRemote())));
    }

    /** Returns the name of a folder's agent for messages. */
    static String agentOf(FilePath folder) {
        Computer computer = folder.toComputer();
        return "agent '" + (computer == null ? folder.getRemote() : computer.getDisplayName()) + "'";
    }

    private CompletableFuture<T> beginHere(CompletableFuture<T> here) {
        Async.cancelWith(result, here::cancel);
        here.whenComplete((value, failure) -> {
            if (failure == null) {
                result.complete(value);
            } else {
                result.completeExceptionally(explained(failure));
            }
        });
        return result;
    }

    /** Runs the task in an empty temporary folder, because no job may build with the controller's own files. */
    private CompletableFuture<T> beginWithoutFiles() {
        CompletableFuture<Path> nothing = Async.call(Async.SHORT, () -> Files.createTempDirectory("treenq"));
        CompletableFuture<T> done = Async.then(nothing, folder -> callable.begin(folder.toFile()));
        return beginHere(Async.afterwards(done, Async.SHORT, () -> nothing.thenAccept(AgentCall::delete)));
    }

    private static void delete(Path folder) {
        try {
            new FilePath(folder.toFile()).deleteRecursive();
        } catch (IOException e) {
            LOGGER.log(Level.WARNING, e, () -> folder + " cannot be deleted");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private CompletableFuture<T> beginOn(Channel remote, FilePath folder) {
        remote.addListener(this);
        result.whenComplete((value, failure) -> remote.removeListener(this));
        AgentPreparation preparation = AgentPreparation.get();
        if (!preparation.isPrepared(remote)) {
            preparing = new Preparing(System.nanoTime());
            callable.preparing();
        }
        preparation.prepare(remote).thenRun(() -> send(remote, folder));
        return result;
    }

    private void send(Channel remote, FilePath folder) {
        if (result.isDone()) {
            return;
        }
        // The request is sent on remoting's threads, so that an agent that does not read from its channel blocks no
        // other builds.
        Async.call(Computer.threadPoolForRemoting, () -> folder.actAsync(callable.of(remote, this)))
                .whenComplete((request, failure) -> {
                    if (failure == null) {
                        awaitStart(request);
                    } else {
                        failed(failure);
                    }
                });
    }

    /**
     * Checks until the task has started whether the request failed, because an agent that cannot start the task does
     * not notify the controller.
     */
    private void awaitStart(Future<Void> request) {
        if (begun || result.isDone()) {
            return;
        }
        if (!request.isDone()) {
            Async.pause(CHECK_INTERVAL).thenRun(() -> awaitStart(request));
            return;
        }
        try {
            request.get();
        } catch (ExecutionException e) {
            failed(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            failed(e);
        }
    }

    @Override
    public void begun(AgentCallable.TaskCanceller canceller) {
        begun = true;
        Preparing waited = preparing;
        if (waited != null) {
            callable.prepared(agent, Duration.ofNanos(System.nanoTime() - waited.sinceNanos()));
        }
        Async.cancelWith(result, interrupting -> Computer.threadPoolForRemoting.execute(() -> cancel(canceller)));
    }

    private void cancel(AgentCallable.TaskCanceller canceller) {
        try {
            canceller.cancel();
        } catch (RuntimeException e) {
            // The agent was disconnected, which also ends the task.
            LOGGER.log(Level.FINE, e, () -> "the task on " + agent + " cannot be canceled");
        }
    }

    @Override
    public void done(Serializable value) {
        try {
            result.complete(callable.checked(value));
        } catch (RuntimeException e) {
            result.completeExceptionally(failure(agent + " sent an invalid result: " + e.getMessage(), e));
        }
    }

    @Override
    public void failed(Throwable failure) {
        result.completeExceptionally(explained(AgentAnswers.failure(failure)));
    }

    @Override
    public void onClosed(Channel channel, IOException cause) {
        result.completeExceptionally(explained(new ChannelClosedException(channel, cause)));
    }

    private Throwable explained(Throwable failure) {
        List<Throwable> causes = AgentAnswers.causes(failure);
        if (has(causes, LinkageError.class) || has(causes, ClassNotFoundException.class)) {
            return failure(
                    agent
                            + " cannot load the BuildKit client; it needs Java 17 or newer and the controller's "
                            + "agent.jar ("
                            + failure.getMessage() + ")",
                    failure);
        }
        if (has(causes, ClosedChannelException.class) || has(causes, ChannelClosedException.class)) {
            LOGGER.log(Level.FINE, failure, () -> agent + " was disconnected");
            return failure(
                    agent
                            + " was disconnected during the build; in a Jenkinsfile, retry(conditions: [agent()]) "
                            + "builds on another agent",
                    new AgentGoneException());
        }
        if (failure instanceof OutOfMemoryError) {
            return failure(
                    agent + " has too little memory for the build: " + failure.getMessage()
                            + "; increase the heap of its JVM with -Xmx, or run fewer builds on it at once",
                    failure);
        }
        if (failure instanceof Error) {
            // The name of the class is the best search term for an administrator.
            String detail = failure.getMessage() == null ? "" : ": " + failure.getMessage();
            return failure(
                    agent + " cannot continue the build because of an error in its JVM ("
                            + failure.getClass().getSimpleName() + detail + "); see the log of the agent",
                    failure);
        }
        return failure;
    }

    /** Returns a failure of which the log shows only the message. The conditions of {@code retry} inspect the cause. */
    private static AbortException failure(String message, Throwable cause) {
        AbortException failure = new AbortException(message);
        failure.initCause(cause);
        return failure;
    }

    private static boolean has(List<Throwable> causes, Class<? extends Throwable> type) {
        return causes.stream().anyMatch(type::isInstance);
    }
}
