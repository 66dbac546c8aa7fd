// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A build step that runs until the test releases it. Its command waits for an answer of this server, on the loopback
 * interface, which steps share with this machine. Only the first step is held: when it is repeated on another daemon,
 * it ends at once.
 */
public final class HeldStep implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicBoolean held = new AtomicBoolean();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);

    public HeldStep() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (held.compareAndSet(false, true)) {
                begun.countDown();
                released.await();
            }
            exchange.sendResponseHeaders(200, -1);
        } catch (InterruptedException e) {
            // The test has ended.
            Thread.currentThread().interrupt();
        }
    }

    public String command() {
        return "wget -q -O /dev/null http://127.0.0.1:" + server.getAddress().getPort() + "/";
    }

    public void awaitBegun() throws InterruptedException {
        assertTrue(begun.await(DaemonSteps.PATIENCE.toSeconds(), TimeUnit.SECONDS), "the step does not run");
    }

    public void release() {
        released.countDown();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
