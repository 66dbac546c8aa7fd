// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import java.util.ArrayList;
import java.util.List;
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
    private final List<Runnable> stops = new ArrayList<>();
    private final List<ClientFailure> shared;

    /** @param shared failures of what several builds share; they count as failures of this build, too */
    ClientFailure(List<ClientFailure> shared) {
        this.shared = List.copyOf(shared);
    }

    @Override
    public void accept(Throwable failure) {
        List<Runnable> now;
        synchronized (this) {
            first = first == null ? failure : first;
            if (failure instanceof BuildkitException) {
                return;
            }
            unexpected = true;
            now = List.copyOf(stops);
        }
        now.forEach(Runnable::run);
    }

    /** @param action action that stops the build; runs immediately if an unexpected failure has already occurred */
    void whenUnexpected(Runnable action) {
        shared.forEach(other -> other.whenUnexpected(action));
        synchronized (this) {
            stops.add(action);
            if (!unexpected) {
                return;
            }
        }
        action.run();
    }

    /** Forgets the actions of a build that has ended, which what it shares with others would keep until its own end. */
    void end() {
        List<Runnable> own;
        synchronized (this) {
            own = List.copyOf(stops);
            stops.clear();
        }
        shared.forEach(other -> other.forget(own));
    }

    private synchronized void forget(List<Runnable> actions) {
        stops.removeAll(actions);
    }

    /** Returns the client's failure, or the given failure if the client did not fail. */
    Throwable explaining(BuildkitException failure) {
        Throwable own;
        synchronized (this) {
            own = first;
        }
        if (own != null) {
            return own;
        }
        for (ClientFailure other : shared) {
            Throwable explained = other.explaining(failure);
            if (explained != failure) {
                return explained;
            }
        }
        return failure;
    }
}
