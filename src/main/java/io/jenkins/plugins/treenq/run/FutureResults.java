// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import io.jenkins.plugins.treenq.buildkit.threads.FutureOutcome;
import java.io.IOException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Future;

/** Waits for the results of asynchronous tasks. */
public final class FutureResults {
    private FutureResults() {}

    /**
     * Waits for the result of a task. An exception of the task is thrown unchanged. An interrupt of the waiting thread
     * cancels the task.
     *
     * @throws InterruptedException if the thread was interrupted or the task was canceled
     */
    public static <T> T get(Future<T> work) throws IOException, InterruptedException {
        try {
            return FutureOutcome.get(work, IOException.class);
        } catch (InterruptedException e) {
            work.cancel(true);
            throw e;
        } catch (CancellationException e) {
            // The exception has no cause, because a Pipeline saves the exception and cannot save a
            // CancellationException.
            throw new InterruptedException();
        }
    }
}
