// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jenkins.plugins.treenq.buildkit.Daemon;
import java.io.File;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The client's classes, which an agent of Jenkins unloads with the plugin. Nothing of the client may hold them. */
class ClassUnloadingTest {
    private static String threadNames() {
        return Thread.getAllStackTraces().keySet().stream()
                .collect(Collectors.groupingBy(
                        thread -> thread.getName().replaceAll("\\d+", "N"), TreeMap::new, Collectors.counting()))
                .toString();
    }

    private static URL url(String entry) {
        try {
            return Path.of(entry).toUri().toURL();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** In a JVM of its own, because other tests leave objects there that may refer to the classes. */
    @Test
    void theClassesCanBeUnloadedWhenNoBuildRuns() throws Exception {
        Daemon.all();
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Unloading.class.getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
    }

    /** Loads the classes in a separate class loader, like a plugin on an agent, and waits until they are unloaded. */
    static final class Unloading {
        private Unloading() {}

        public static void main(String[] arguments) throws Exception {
            URL[] urls = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                    .map(ClassUnloadingTest::url)
                    .toArray(URL[]::new);
            // The last threads of a client end a while after it was closed, those of both clients at the same time.
            List<WeakReference<ClassLoader>> classes = new ArrayList<>();
            for (Daemon daemon : Daemon.all()) {
                classes.add(new WeakReference<>(connectAndClose(urls, daemon)));
            }
            long deadline = System.nanoTime() + Duration.ofMinutes(2).toNanos();
            for (WeakReference<ClassLoader> each : classes) {
                while (each.get() != null && System.nanoTime() < deadline) {
                    System.gc();
                    TimeUnit.MILLISECONDS.sleep(500);
                }
                if (each.get() != null) {
                    throw new IllegalStateException("the classes are still loaded; threads: " + threadNames());
                }
            }
        }
    }

    private static ClassLoader connectAndClose(URL[] urls, Daemon daemon) throws Exception {
        // Not closed, for the threads need its classes until they end.
        URLClassLoader loader = new URLClassLoader(urls, ClassLoader.getPlatformClassLoader());
        CompletableFuture<Void> done = new CompletableFuture<>();
        // Libraries keep things in the locals of the thread that calls.
        Thread thread = new Thread(() -> {
            try {
                Class<?> endpoint = loader.loadClass("io.jenkins.plugins.treenq.buildkit.Endpoint");
                Class<?> tls = loader.loadClass("io.jenkins.plugins.treenq.buildkit.Tls");
                Class<?> client = loader.loadClass("io.jenkins.plugins.treenq.buildkit.client.BuildkitClient");
                Object trust = tls.getConstructor(String.class, String.class, String.class, String.class)
                        .newInstance("", daemon.caPem(), daemon.certificatePem(), daemon.keyPem());
                Object address = endpoint.getMethod("of", String.class, tls, Duration.class)
                        .invoke(null, daemon.address(), trust, Duration.ofMinutes(2));
                Object connected = client.getMethod("connect", endpoint).invoke(null, address);
                client.getMethod("workers").invoke(connected);
                client.getMethod("close").invoke(connected);
                endIdleConnections(loader);
                done.complete(null);
            } catch (Throwable e) {
                done.completeExceptionally(e);
            }
        });
        thread.start();
        thread.join();
        done.get();
        return loader;
    }

    /** Closes what would otherwise be kept for a minute for the next build. */
    private static void endIdleConnections(ClassLoader loader) throws ReflectiveOperationException {
        Class<?> connections = loader.loadClass(IdleConnections.class.getName());
        Method shared = connections.getDeclaredMethod("shared");
        Method close = connections.getDeclaredMethod("close");
        shared.setAccessible(true);
        close.setAccessible(true);
        close.invoke(shared.invoke(null));
    }
}
