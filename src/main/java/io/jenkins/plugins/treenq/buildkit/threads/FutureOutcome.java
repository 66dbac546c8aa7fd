// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.threads;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/** Unwraps the outcome of futures from the exceptions that futures wrap around it. */
public final class FutureOutcome {
    private FutureOutcome() {}

    /**
     * Waits for a future. Cancelling the {@link CancellableWork} of the current thread cancels the future.
     *
     * @param expected exception with which the future may fail; other failures are thrown as described for
     *     {@link #failure}
     */
    public static <T, X extends Exception> T get(Future<T> future, Class<X> expected) throws X, InterruptedException {
        try {
            return CancellableWork.get(future);
        } catch (ExecutionException e) {
            throw failure(e, expected);
        }
    }

    /**
     * Returns the failure of a future, for the caller to throw. Unexpected unchecked exceptions and errors are thrown
     * as they are.
     *
     * @param expected exception with which the future may have failed
     * @throws InterruptedException if the future failed with this exception
     * @throws IllegalStateException if the future failed with an unexpected checked exception, which is the cause
     */
    public static <X extends Exception> X failure(Throwable failure, Class<X> expected) throws InterruptedException {
        Throwable cause = cause(failure);
        if (expected.isInstance(cause)) {
            return expected.cast(cause);
        }
        if (cause instanceof InterruptedException interrupted) {
            throw interrupted;
        }
        if (cause instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        if (cause instanceof Error error) {
            throw error;
        }
        throw new IllegalStateException(cause);
    }

    /** Returns the exception with which a future completed. */
    public static Throwable cause(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
