// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import io.jenkins.plugins.treenq.buildkit.threads.FutureOutcome;
import java.io.IOException;
import java.util.concurrent.CancellationException;
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
            return FutureOutcome.get(work, IOException.class);
        } catch (InterruptedException e) {
            work.cancel(true);
            throw e;
        } catch (CancellationException e) {
            // Without a cause: a Pipeline saves it, and cannot save this one.
            throw new InterruptedException();
        }
    }
}
