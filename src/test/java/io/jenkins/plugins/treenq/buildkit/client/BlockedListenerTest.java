// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.util.concurrent.Uninterruptibles;
import io.grpc.stub.StreamObserver;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.CacheEntry;
import io.jenkins.plugins.treenq.buildkit.FakeDaemon;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogins;
import io.jenkins.plugins.treenq.buildkit.session.Secrets;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import io.jenkins.plugins.treenq.buildkit.wire.control.BytesMessage;
import io.jenkins.plugins.treenq.buildkit.wire.control.ControlGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.control.InfoRequest;
import io.jenkins.plugins.treenq.buildkit.wire.control.InfoResponse;
import io.jenkins.plugins.treenq.buildkit.wire.worker.BuildkitVersion;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class BlockedListenerTest {
    @TempDir
    Path folder;

    private static final class Service extends ControlGrpc.ControlImplBase {
        @Override
        public void info(InfoRequest request, StreamObserver<InfoResponse> answer) {
            answer.onNext(InfoResponse.newBuilder()
                    .setBuildkitVersion(BuildkitVersion.newBuilder().setVersion("v0.23.0"))
                    .build());
            answer.onCompleted();
        }

        @Override
        public StreamObserver<BytesMessage> session(StreamObserver<BytesMessage> client) {
            client.onNext(BytesMessage.getDefaultInstance());
            return new StreamObserver<>() {
                @Override
                public void onNext(BytesMessage message) {}

                @Override
                public void onError(Throwable failure) {}

                @Override
                public void onCompleted() {}
            };
        }
    }

    /** Warnings from before the build, such as about a missing cache, are delivered on another thread, too. */
    @Test
    void aBlockedListenerDoesNotDelayTheStartOrTheCancellationOfABuild() throws Exception {
        CompletableFuture<Thread> told = new CompletableFuture<>();
        CountDownLatch unblock = new CountDownLatch(1);
        SessionContent content = new SessionContent(
                Map.of(),
                RegistryLogins.NONE,
                Secrets.NONE,
                Map.of(),
                Map.of(),
                Map.of("local:cache", folder.resolve("cache")),
                Map.of(),
                "");
        BuildRequest request = BuildRequest.builder()
                .cacheImports(List.of(new CacheEntry("local", Map.of("src", "cache"))))
                .build();
        try (FakeDaemon daemon = new FakeDaemon(new Service());
                BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            RunningBuild build = client.begin(request, content, event -> {
                told.complete(Thread.currentThread());
                Uninterruptibles.awaitUninterruptibly(unblock);
            });
            assertTrue(
                    told.get().getName().startsWith("treenq-worker"), told.get().getName());
            build.cancel();
            ExecutionException failure =
                    assertThrows(ExecutionException.class, () -> build.result().get(2, TimeUnit.MINUTES));
            assertInstanceOf(BuildkitException.BuildCancelledException.class, failure.getCause());
            assertEquals(
                    "the build was canceled by this client", failure.getCause().getMessage());
        } finally {
            unblock.countDown();
        }
    }
}
