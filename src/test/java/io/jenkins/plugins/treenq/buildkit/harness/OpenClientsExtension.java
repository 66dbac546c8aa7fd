// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.harness;

import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test class that leaves a BuildKit client open, because the I/O thread of the client would never end, on an
 * agent either.
 */
public final class OpenClientsExtension implements AfterAllCallback {
    private static final String THREADS = "treenq-io";

    /** Much longer than the threads of a closed client take to end. */
    private static final long LONGEST_END_NANOS = TimeUnit.SECONDS.toNanos(20);

    /** The threads for which an earlier class already failed. */
    private static final Set<Thread> KNOWN = Collections.newSetFromMap(new WeakHashMap<>());

    @Override
    public void afterAll(ExtensionContext context) throws InterruptedException {
        BuildkitClient.closeIdleConnections();
        long end = System.nanoTime() + LONGEST_END_NANOS;
        for (Thread thread : open()) {
            TimeUnit.NANOSECONDS.timedJoin(thread, Math.max(1, end - System.nanoTime()));
        }
        List<Thread> left = open();
        KNOWN.addAll(left);
        if (!left.isEmpty()) {
            throw new AssertionError("a client of " + context.getDisplayName() + " is still open: "
                    + left.stream().map(Thread::getName).toList());
        }
    }

    private static List<Thread> open() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith(THREADS) && !KNOWN.contains(thread))
                .toList();
    }
}
