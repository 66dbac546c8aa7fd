// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import java.util.function.Consumer;

/**
 * What went wrong on this side of a build. The daemon only repeats what it was told of it, in longer words.
 *
 * <p>What is no {@link BuildkitException} was expected by nobody, such as memory that runs out. The daemon may not have
 * been told of it, so the build is stopped.
 */
final class OwnFailure implements Consumer<Throwable> {
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

    /** @param action what stops the build; run at once if something unexpected has happened */
    void whenUnexpected(Runnable action) {
        synchronized (this) {
            stop = action;
            if (!unexpected) {
                return;
            }
        }
        action.run();
    }

    /** The reason of a failure: what this side did not manage, or else the failure itself. */
    synchronized Throwable explaining(BuildkitException failure) {
        return first == null ? failure : first;
    }
}
