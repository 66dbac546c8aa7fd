// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/** What becomes of work that others do. */
public final class Awaited {
    private Awaited() {}

    /** Waits for its result. A foreseeable failure of the work is thrown as it is. */
    public static <T> T get(Future<T> work) throws IOException, InterruptedException {
        try {
            return work.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException foreseen) {
                throw foreseen;
            }
            throw new IllegalStateException(e.getCause());
        }
    }
}
