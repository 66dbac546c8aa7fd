// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import java.util.function.Consumer;

/**
 * The first failure of the client during a build. If the client fails, the daemon only repeats the client's error in a
 * longer form, so that the client's own failure explains the build's failure better.
 *
 * <p>A failure that is not a {@link BuildkitException} is unexpected, such as memory exhaustion. An unexpected failure
 * stops the build, because the daemon may not have received an error.
 */
final class ClientFailure implements Consumer<Throwable> {
    private Throwable first;
    private boolean unexpected;
    private Runnable stop = () -> {};

    @Override
    public void accept(Throwable failure) {
        Runnable now;
        synchronized (this) {
            first = first == null ? failure : first;
            if (failure instanceof BuildkitException) {
                return;
            }
            unexpected = true;
            now = stop;
        }
        now.run();
    }

    /** @param action action that stops the build; runs immediately if an unexpected failure has already occurred */
    void whenUnexpected(Runnable action) {
        synchronized (this) {
            stop = action;
            if (!unexpected) {
                return;
            }
        }
        action.run();
    }

    /** Returns the client's failure, or the given failure if the client did not fail. */
    synchronized Throwable explaining(BuildkitException failure) {
        return first == null ? failure : first;
    }
}
