// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.util.concurrent.Uninterruptibles;
import io.jenkins.plugins.treenq.buildkit.BuildEvent;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogins;
import io.jenkins.plugins.treenq.buildkit.session.Secrets;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import io.jenkins.plugins.treenq.buildkit.session.Upload;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The threads and memory of many concurrent builds in a JVM, and their effect on one another. */
@ParameterizedClass
@MethodSource("io.jenkins.plugins.treenq.buildkit.Daemon#all")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ManyBuildsTest {
    private static final int BUILDS = 100;
    private static final int MOST_THREADS = 40;
    private static final long MOST_BYTES = 100 << 20;
    private static final int CONTEXT_BYTES = 256 << 10;

    @Parameter
    Daemon daemon;

    @TempDir
    Path folder;

    private static final Duration LONGEST_IDLE = Duration.ofSeconds(30);

    private static int threads() {
        return ManagementFactory.getThreadMXBean().getThreadCount();
    }

    private static String threadNames() {
        return Thread.getAllStackTraces().keySet().stream()
                .collect(Collectors.groupingBy(
                        thread -> thread.getName().replaceAll("\\d+", "N"), TreeMap::new, Collectors.counting()))
                .toString();
    }

    /** Returns the used heap and Netty's direct memory. */
    private static long bytes() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed()
                + Math.max(0, PlatformDependent.usedDirectMemory());
    }

    /** Threads of other tests' clients end after a while, except those of clients that were not closed. */
    private static void awaitEndOfThreads() throws InterruptedException {
        long end = System.nanoTime() + LONGEST_IDLE.toNanos();
        while (threadNames().contains("treenq-") && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    /** Creates a context. Its build step, which waits, is the same in all builds, and its files are not. */
    private Path context(int number) throws IOException {
        Path context = Files.createDirectory(folder.resolve("context-" + number));
        Files.write(context.resolve("data"), new byte[CONTEXT_BYTES + number]);
        return Builds.dockerfile(context, """
                FROM busybox AS waiting
                RUN echo started %s && sleep 900
                FROM busybox
                COPY data /data
                COPY --from=waiting /etc/passwd /
                """.formatted(folder));
    }

    /** Counts down when the context has arrived and the build step that all builds share is running. */
    private static BuildListener awaiting(CountDownLatch latch) {
        CountDownLatch mine = new CountDownLatch(2);
        return event -> {
            boolean arrived = event instanceof BuildEvent.VertexChanged vertex
                    && vertex.name().contains("load build context")
                    && vertex.completed() != null;
            boolean running = event instanceof BuildEvent.VertexChanged vertex
                    && vertex.name().contains("RUN echo started")
                    && vertex.started() != null;
            if ((arrived || running) && mine.getCount() > 0) {
                mine.countDown();
                if (mine.getCount() == 0) {
                    latch.countDown();
                }
            }
        };
    }

    @Test
    void aHundredBuildsShareAFewThreads() throws Exception {
        List<Path> contexts = new ArrayList<>();
        for (int i = 0; i < BUILDS; i++) {
            contexts.add(context(i));
        }
        // A hundred handshakes at once take a busy machine some time.
        Endpoint endpoint = Endpoint.of(daemon.address(), daemon.tls(), Duration.ofMinutes(2));
        awaitEndOfThreads();
        int threadsBefore = threads();
        long bytesBefore = bytes();
        CountDownLatch waiting = new CountDownLatch(BUILDS);
        List<CompletableFuture<BuildkitClient>> clients = new ArrayList<>();
        List<RunningBuild> builds = new ArrayList<>();
        try {
            for (int i = 0; i < BUILDS; i++) {
                clients.add(BuildkitClient.connectLater(endpoint));
            }
            for (int i = 0; i < BUILDS; i++) {
                builds.add(clients.get(i)
                        .get()
                        .begin(
                                Builds.request().build(),
                                Builds.content(contexts.get(i), RegistryLogins.NONE),
                                awaiting(waiting)));
            }
            int most = 0;
            while (!waiting.await(20, TimeUnit.MILLISECONDS)) {
                most = Math.max(most, threads());
                builds.forEach(build -> assertTrue(
                        !build.result().isDone(), () -> build.result().toString()));
            }
            most = Math.max(most, threads()) - threadsBefore;
            long bytes = bytes() - bytesBefore;
            System.out.println(
                    daemon + ": " + most + " threads and " + (bytes >> 20) + " MB for " + BUILDS + " builds");
            assertTrue(most <= MOST_THREADS, most + " threads: " + threadNames());
            assertTrue(bytes <= MOST_BYTES, bytes + " bytes");
        } finally {
            builds.forEach(RunningBuild::cancel);
            for (RunningBuild build : builds) {
                assertThrows(ExecutionException.class, () -> build.result().get(2, TimeUnit.MINUTES));
            }
            for (CompletableFuture<BuildkitClient> client : clients) {
                client.get().close();
            }
        }
    }

    /**
     * A stream from a pipe that nobody writes to; its reader waits until the other end is closed, as long as that
     * takes.
     */
    private static Upload silent(CountDownLatch opened, Collection<PipedOutputStream> otherEnds) {
        return () -> {
            PipedOutputStream otherEnd = new PipedOutputStream();
            PipedInputStream in = new PipedInputStream(otherEnd);
            otherEnds.add(otherEnd);
            opened.countDown();
            return in;
        };
    }

    @Test
    void buildsThatWaitForAPipeOrAListenerDelayNoOthers() throws Exception {
        int each = 20;
        Builds.dockerfile(folder, "FROM busybox\nRUN echo " + folder + "\n");
        CountDownLatch waiting = new CountDownLatch(2 * each);
        CountDownLatch unblock = new CountDownLatch(1);
        List<RunningBuild> builds = new ArrayList<>();
        Collection<PipedOutputStream> otherEnds = new ConcurrentLinkedQueue<>();
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            for (int i = 0; i < each; i++) {
                // The daemon would fetch one address only once for all builds.
                String pipe = "pipe-" + daemon.version() + i;
                BuildRequest piped =
                        Builds.request().option("context", Upload.address(pipe)).build();
                Map<String, Upload> uploads = Map.of(pipe, silent(waiting, otherEnds));
                builds.add(client.begin(
                        piped,
                        new SessionContent(
                                Map.of(), RegistryLogins.NONE, Secrets.NONE, Map.of(), Map.of(), Map.of(), uploads, ""),
                        BuildListener.NONE));
                builds.add(client.begin(
                        Builds.request().build(), Builds.content(folder, RegistryLogins.NONE), new BuildListener() {
                            private boolean blocked;

                            @Override
                            public void onEvent(BuildEvent event) {
                                if (!blocked) {
                                    blocked = true;
                                    waiting.countDown();
                                    Uninterruptibles.awaitUninterruptibly(unblock);
                                }
                            }
                        }));
            }
            waiting.await();
            Builds.Log log = new Builds.Log();
            Builds.check(daemon, folder, log);
            client.build(Builds.request().build(), Builds.content(folder, RegistryLogins.NONE), log);

            builds.forEach(RunningBuild::cancel);
            for (RunningBuild build : builds) {
                build.result().handle((built, failure) -> null).get(2, TimeUnit.MINUTES);
            }
        } finally {
            unblock.countDown();
            for (PipedOutputStream otherEnd : otherEnds) {
                otherEnd.close();
            }
        }
    }
}
