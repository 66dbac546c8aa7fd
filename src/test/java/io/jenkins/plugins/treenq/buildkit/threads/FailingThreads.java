// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.threads;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;

/** Creates threads that cannot be started, as on a machine without free threads. */
public record FailingThreads(AtomicBoolean noneLeft) implements ThreadFactory {
    /** Returns workers whose threads cannot be started. */
    public static WorkerPool poolOfNone() {
        FailingThreads threads = new FailingThreads(new AtomicBoolean(true));
        return new WorkerPool(1, 1, threads, threads);
    }

    @Override
    public Thread newThread(Runnable task) {
        Thread thread = new Thread(task) {
            @Override
            public synchronized void start() {
                if (noneLeft.get()) {
                    throw new OutOfMemoryError("unable to create native thread");
                }
                super.start();
            }
        };
        thread.setDaemon(true);
        return thread;
    }
}
