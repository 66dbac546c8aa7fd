// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.stub.StreamObserver;
import io.jenkins.plugins.treenq.buildkit.FakeDaemon;
import io.jenkins.plugins.treenq.buildkit.control.HistoryQuery;
import io.jenkins.plugins.treenq.buildkit.threads.WorkerPool;
import io.jenkins.plugins.treenq.buildkit.wire.control.BuildHistoryEvent;
import io.jenkins.plugins.treenq.buildkit.wire.control.BuildHistoryRequest;
import io.jenkins.plugins.treenq.buildkit.wire.control.ControlGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.control.InfoRequest;
import io.jenkins.plugins.treenq.buildkit.wire.control.InfoResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A silent daemon must not close the connection of a call that follows it. */
class HeartbeatTest {
    @Test
    void requestsAreSentOneAfterTheOtherWhetherTheyFailOrNot() throws Exception {
        CountDownLatch sent = new CountDownLatch(4);
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        try (Heartbeat ignored = Heartbeat.start(WorkerPool.shared(), Duration.ofMillis(1), () -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            return CompletableFuture.supplyAsync(() -> {
                running.decrementAndGet();
                sent.countDown();
                if (sent.getCount() % 2 == 0) {
                    throw new IllegalStateException("no answer");
                }
                return "an answer";
            });
        })) {
            assertTrue(sent.await(2, TimeUnit.MINUTES));
        }
        assertEquals(1, most.get());
    }

    /** Lets a follower of the history wait until the version was requested a few times. */
    private static final class SilentDaemon extends ControlGrpc.ControlImplBase {
        private final CountDownLatch requests = new CountDownLatch(4);

        @Override
        public void info(InfoRequest request, StreamObserver<InfoResponse> answer) {
            answer.onNext(InfoResponse.getDefaultInstance());
            answer.onCompleted();
            requests.countDown();
        }

        @Override
        public void listenBuildHistory(BuildHistoryRequest request, StreamObserver<BuildHistoryEvent> answer) {
            CompletableFuture.runAsync(() -> {
                try {
                    requests.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                answer.onCompleted();
            });
        }
    }

    @Test
    void aSilentDaemonIsAskedWhileItsHistoryIsFollowed() throws Exception {
        try (FakeDaemon daemon = new FakeDaemon(new SilentDaemon());
                BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            client.setHeartbeatPeriod(Duration.ofMillis(10));
            client.followHistory(HistoryQuery.ALL, event -> {});
        }
    }
}
