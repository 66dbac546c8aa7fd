// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.session;

import io.grpc.stub.StreamObserver;
import io.jenkins.plugins.treenq.buildkit.RegistryLogin;
import io.jenkins.plugins.treenq.buildkit.RegistryLogins;
import io.jenkins.plugins.treenq.buildkit.wire.auth.AuthGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.auth.CredentialsRequest;
import io.jenkins.plugins.treenq.buildkit.wire.auth.CredentialsResponse;
import java.util.Optional;
import java.util.Set;

/**
 * Answers the daemon's questions for registry logins.
 *
 * <p>A registry without a login gets an empty answer: an error would fail even the pull of a public image
 * ({@code session/auth/auth.go}). The token calls stay unimplemented, so the daemon fetches tokens itself.
 */
final class AuthService extends AuthGrpc.AuthImplBase {
    private static final Set<String> DOCKER_HUB =
            Set.of("docker.io", "index.docker.io", "registry-1.docker.io", "https://index.docker.io/v1/");

    private final RegistryLogins logins;

    AuthService(RegistryLogins logins) {
        this.logins = logins;
    }

    @Override
    public void credentials(CredentialsRequest request, StreamObserver<CredentialsResponse> answer) {
        String host = DOCKER_HUB.contains(request.getHost()) ? "docker.io" : request.getHost();
        Optional<RegistryLogin> login = logins.find(host);
        answer.onNext(login.map(found -> CredentialsResponse.newBuilder()
                        .setUsername(found.username())
                        .setSecret(found.secret())
                        .build())
                .orElseGet(CredentialsResponse::getDefaultInstance));
        answer.onCompleted();
    }
}
