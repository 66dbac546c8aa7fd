// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import edu.umd.cs.findbugs.annotations.SuppressFBWarnings;
import hudson.remoting.Asynchronous;
import hudson.remoting.Channel;
import hudson.remoting.ProxyException;
import hudson.remoting.VirtualChannel;
import hudson.util.DaemonThreadFactory;
import hudson.util.NamingThreadFactory;
import java.io.File;
import java.io.IOException;
import java.io.Serializable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.MasterToSlaveFileCallable;

/** The agent's side of an {@link AgentCall}: begins work on a thread of its own, and leaves it there. */
final class BackgroundWork<T extends Serializable> extends MasterToSlaveFileCallable<BackgroundWork.Stop> {
    private static final long serialVersionUID = 1;

    private final OnAgent<T> task;

    @SuppressFBWarnings(value = "SE_BAD_FIELD", justification = "what remoting exports can be sent")
    private final Outcome outcome;

    /** Both reach back to the controller for as long as the work needs them. */
    BackgroundWork(OnAgent<T> task, Outcome outcome) {
        this.task = task;
        this.outcome = outcome;
    }

    /** Is told on the controller what became of the work. */
    public interface Outcome {
        void done(Serializable value);

        void failed(Throwable failure);
    }

    /** Is told on the agent that nobody wants the work any more. */
    public interface Stop {
        @Asynchronous
        void stop();
    }

    interface Task<T> {
        T perform() throws IOException, InterruptedException;
    }

    @Override
    public Stop invoke(File folder, VirtualChannel channel) throws IOException {
        // The parameter is for files elsewhere, and null here.
        Channel controller = Channel.currentOrFail();
        return controller.export(Stop.class, new Work(controller, () -> task.invoke(folder, channel), outcome));
    }

    /** It ends with the connection to the controller, because nobody waits for it then. */
    private static final class Work extends Channel.Listener implements Stop {
        private static final Logger LOGGER = Logger.getLogger(BackgroundWork.class.getName());

        private static final ExecutorService THREADS =
                Executors.newCachedThreadPool(new NamingThreadFactory(new DaemonThreadFactory(), "treenq"));

        private final FutureTask<?> thread;

        Work(Channel controller, Task<? extends Serializable> task, Outcome outcome) {
            thread = new FutureTask<>(() -> {
                try {
                    perform(task, outcome);
                } finally {
                    controller.removeListener(this);
                }
                return null;
            });
            controller.addListener(this);
            THREADS.execute(thread);
        }

        private static void perform(Task<? extends Serializable> task, Outcome outcome) {
            try {
                outcome.done(task.perform());
            } catch (IOException | InterruptedException | RuntimeException | LinkageError e) {
                LOGGER.log(Level.FINE, "a build failed", e);
                tell(e, outcome);
            }
        }

        private static void tell(Throwable failure, Outcome outcome) {
            try {
                outcome.failed(failure);
            } catch (RuntimeException e) {
                // Not everything that is thrown can be sent as it is.
                outcome.failed(new ProxyException(failure));
            }
        }

        @Override
        public void stop() {
            thread.cancel(true);
        }

        @Override
        public void onClosed(Channel channel, IOException cause) {
            stop();
        }
    }
}
