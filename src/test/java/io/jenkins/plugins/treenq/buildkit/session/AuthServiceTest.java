// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.Status;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogin;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogins;
import io.jenkins.plugins.treenq.buildkit.registry.TokenSource;
import io.jenkins.plugins.treenq.buildkit.wire.auth.FetchTokenRequest;
import io.jenkins.plugins.treenq.buildkit.wire.auth.FetchTokenResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class AuthServiceTest {
    private static final int ASKED = 200;

    private static final RegistryLogins LOGINS = new RegistryLogins() {
        @Override
        public Optional<RegistryLogin> find(String host) {
            return Optional.empty();
        }

        @Override
        public Optional<TokenSource> tokens(String host) {
            return Optional.of(TokenSource.builder().build());
        }
    };

    @Test
    void theNumberOfRegistriesIsLimitedForConcurrentRequests() throws Exception {
        AuthService service = new AuthService(LOGINS, failure -> {});
        ExecutorService threads = Executors.newFixedThreadPool(ASKED);
        CountDownLatch together = new CountDownLatch(ASKED);
        List<FakeCall<FetchTokenResponse>> calls = new ArrayList<>();
        try {
            for (int i = 0; i < ASKED; i++) {
                FakeCall<FetchTokenResponse> call = new FakeCall<>();
                calls.add(call);
                FetchTokenRequest request = FetchTokenRequest.newBuilder()
                        .setHost("registry-" + i + ".invalid")
                        // The client supports no token server with this scheme.
                        .setRealm("ftp://registry-" + i + ".invalid/token")
                        .build();
                threads.execute(() -> {
                    together.countDown();
                    try {
                        together.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    service.fetchToken(request, call);
                });
            }
            int refused = 0;
            for (FakeCall<FetchTokenResponse> call : calls) {
                Status status = call.awaitEnd();
                assertTrue(!status.isOk());
                refused += status.getCode() == Status.Code.RESOURCE_EXHAUSTED ? 1 : 0;
            }
            assertEquals(ASKED - 100, refused);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void anErrorFailsTheBuildAndTheDaemonGetsAResponse() throws Exception {
        Error error = new StackOverflowError();
        List<Throwable> failures = new ArrayList<>();
        FakeCall<FetchTokenResponse> call = new FakeCall<>();
        CallAnswers.answerLater(
                call,
                failures::add,
                () -> CompletableFuture.supplyAsync(
                        () -> {
                            throw error;
                        },
                        Runnable::run));
        assertEquals(Status.Code.UNKNOWN, call.awaitEnd().getCode());
        assertEquals(List.of(error), failures);
    }
}
