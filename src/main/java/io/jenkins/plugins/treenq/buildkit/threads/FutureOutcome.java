// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.threads;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/** The outcome of a future, without the exceptions that futures wrap around it. */
public final class FutureOutcome {
    private FutureOutcome() {}

    /**
     * Waits for a future.
     *
     * @param expected what it may fail with; anything else is thrown as by {@link #failure}
     */
    public static <T, X extends Exception> T get(Future<T> future, Class<X> expected) throws X, InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw failure(e, expected);
        }
    }

    /**
     * What a future failed with, to be thrown.
     *
     * @param expected what it may have failed with
     * @throws InterruptedException if it failed with that
     * @throws IllegalStateException with the failure as its cause, if it is a checked exception that was not expected;
     *     unchecked ones and errors are thrown as they are
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

    /** What a future completed with exceptionally. */
    public static Throwable cause(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
