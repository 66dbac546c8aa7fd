// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import hudson.AbortException;
import hudson.FilePath;
import hudson.model.Computer;
import hudson.remoting.Channel;
import hudson.remoting.ChannelClosedException;
import java.io.IOException;
import java.io.Serializable;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Work that is done where the files are. No thread of the controller waits for an agent: it is asked to begin, and tells
 * when it is done. Only what the controller itself works at takes a thread of its own.
 */
final class AgentCall<T extends Serializable> extends Channel.Listener implements BackgroundWork.Outcome {
    private static final Logger LOGGER = Logger.getLogger(AgentCall.class.getName());

    private final String agent;
    private final CompletableFuture<T> result = new CompletableFuture<>();

    private AgentCall(String agent) {
        this.agent = agent;
    }

    /**
     * Begins the work.
     *
     * @return its result. When that is canceled, the work is interrupted
     * @throws InterruptedException before it was known that it began; it is stopped then
     */
    static <T extends Serializable> CompletableFuture<T> begin(FilePath folder, OnAgent<T> task)
            throws IOException, InterruptedException {
        // Asked now: it is nobody's any more once it went away.
        Computer computer = folder.toComputer();
        AgentCall<T> call = new AgentCall<>(
                "agent '" + (computer == null ? folder.getRemote() : computer.getDisplayName()) + "'");
        if (folder.getChannel() instanceof Channel remote) {
            call.beginOn(remote, folder, task);
        } else {
            call.beginHere(() -> folder.act(task));
        }
        return call.result;
    }

    /** Begins work that needs no files, on the controller, whose own files are nobody's to build with. */
    static <T extends Serializable> CompletableFuture<T> beginWithoutFiles(OnAgent<T> task) {
        AgentCall<T> call = new AgentCall<>("the controller");
        call.beginHere(() -> {
            FilePath nothing = new FilePath(Files.createTempDirectory("treenq").toFile());
            try {
                return nothing.act(task);
            } finally {
                nothing.deleteRecursive();
            }
        });
        return call.result;
    }

    private void beginHere(BackgroundWork.Task<T> task) {
        Future<?> thread = Computer.threadPoolForRemoting.submit(() -> {
            try {
                done(task.perform());
            } catch (IOException | InterruptedException | RuntimeException | LinkageError e) {
                failed(e);
            }
        });
        onCancel(() -> thread.cancel(true));
    }

    private void beginOn(Channel remote, FilePath folder, OnAgent<T> task) throws InterruptedException {
        remote.addListener(this);
        result.whenComplete((value, failure) -> remote.removeListener(this));
        // Exported before they are sent: what is exported while a call is sent lives no longer than that call.
        BackgroundWork<T> work =
                new BackgroundWork<>(task.of(remote), remote.export(BackgroundWork.Outcome.class, this));
        try {
            onceBegun(folder.actAsync(work));
        } catch (ExecutionException e) {
            failed(e.getCause());
        } catch (IOException e) {
            failed(e);
        }
    }

    private void onceBegun(Future<BackgroundWork.Stop> begun) throws ExecutionException, InterruptedException {
        try {
            BackgroundWork.Stop stop = begun.get();
            onCancel(stop::stop);
        } catch (InterruptedException e) {
            // It may begin all the same.
            Computer.threadPoolForRemoting.execute(() -> stopOnceBegun(begun));
            throw e;
        }
    }

    private void stopOnceBegun(Future<BackgroundWork.Stop> begun) {
        try {
            begun.get().stop();
        } catch (InterruptedException | ExecutionException | RuntimeException e) {
            LOGGER.log(Level.FINE, e, () -> agent + " did not begin what nobody wants any more");
        }
    }

    private void onCancel(Runnable stop) {
        result.whenComplete((value, failure) -> {
            if (result.isCancelled()) {
                try {
                    stop.run();
                } catch (RuntimeException e) {
                    // The agent went away, and what it does ends with that.
                    LOGGER.log(Level.FINE, e, () -> agent + " cannot be told to stop");
                }
            }
        });
    }

    @Override
    @SuppressWarnings("unchecked")
    public void done(Serializable value) {
        result.complete((T) value);
    }

    @Override
    public void failed(Throwable failure) {
        result.completeExceptionally(explained(failure));
    }

    @Override
    public void onClosed(Channel channel, IOException cause) {
        failed(new ChannelClosedException(channel, cause));
    }

    private Throwable explained(Throwable failure) {
        if (has(failure, LinkageError.class) || has(failure, ClassNotFoundException.class)) {
            return failure(
                    agent + " cannot load the BuildKit client; it needs Java 17 or newer and the controller's agent.jar ("
                            + failure.getMessage() + ")",
                    failure);
        }
        if (has(failure, ClosedChannelException.class) || has(failure, ChannelClosedException.class)) {
            return failure(
                    agent + " went away during the build; retry(conditions: [agent()]) builds on another one", failure);
        }
        return failure;
    }

    /** Only the message is shown; conditions of {@code retry} look at the cause. */
    private static AbortException failure(String message, Throwable cause) {
        AbortException failure = new AbortException(message);
        failure.initCause(cause);
        return failure;
    }

    private static boolean has(Throwable failure, Class<? extends Throwable> type) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return true;
            }
        }
        return false;
    }
}
