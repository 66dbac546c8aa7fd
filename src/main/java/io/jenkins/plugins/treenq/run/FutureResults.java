// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import java.io.IOException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/** What becomes of work that others do. */
public final class FutureResults {
    private FutureResults() {}

    /**
     * Waits for its result. What the work throws is thrown as it is.
     *
     * @throws InterruptedException also when somebody stopped the work; an interrupt stops it
     */
    public static <T> T get(Future<T> work) throws IOException, InterruptedException {
        try {
            return work.get();
        } catch (InterruptedException e) {
            work.cancel(true);
            throw e;
        } catch (CancellationException e) {
            // Without a cause: a Pipeline saves it, and cannot save this one.
            throw new InterruptedException();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof IOException foreseen) {
                throw foreseen;
            }
            if (cause instanceof InterruptedException stopped) {
                throw stopped;
            }
            if (cause instanceof RuntimeException unforeseen) {
                throw unforeseen;
            }
            if (cause instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException(cause);
        }
    }
}
