// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.session;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryHost;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogin;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogins;
import io.jenkins.plugins.treenq.buildkit.registry.Token;
import io.jenkins.plugins.treenq.buildkit.registry.TokenAuthority;
import io.jenkins.plugins.treenq.buildkit.registry.TokenClient;
import io.jenkins.plugins.treenq.buildkit.registry.TokenRequest;
import io.jenkins.plugins.treenq.buildkit.registry.TokenSource;
import io.jenkins.plugins.treenq.buildkit.wire.auth.AuthGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.auth.CredentialsRequest;
import io.jenkins.plugins.treenq.buildkit.wire.auth.CredentialsResponse;
import io.jenkins.plugins.treenq.buildkit.wire.auth.FetchTokenRequest;
import io.jenkins.plugins.treenq.buildkit.wire.auth.FetchTokenResponse;
import io.jenkins.plugins.treenq.buildkit.wire.auth.GetTokenAuthorityRequest;
import io.jenkins.plugins.treenq.buildkit.wire.auth.GetTokenAuthorityResponse;
import io.jenkins.plugins.treenq.buildkit.wire.auth.VerifyTokenAuthorityRequest;
import io.jenkins.plugins.treenq.buildkit.wire.auth.VerifyTokenAuthorityResponse;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * The session's service through which the daemon requests credentials of registries, or tokens if the logins have a
 * {@link TokenSource} for the registry.
 *
 * <p>For a registry without a login, the service returns an empty response instead of an error, because an error would
 * fail even the pull of a public image ({@code session/auth/auth.go}). For a registry without a {@link TokenSource},
 * the service has no token authority, so that the daemon requests the credentials and fetches tokens itself
 * ({@code util/resolver/authorizer.go}).
 */
final class AuthService extends AuthGrpc.AuthImplBase {
    /** Limit of registries, which is above the needs of any build and bounds the memory of the token clients. */
    private static final int MOST_REGISTRIES = 100;

    private final RegistryLogins logins;

    private final Consumer<Throwable> onFailure;

    /** Token clients by host. Guarded by the map's own lock. */
    private final Map<String, TokenClient> clients = new HashMap<>();

    /** @param onFailure receives unexpected errors */
    AuthService(RegistryLogins logins, Consumer<Throwable> onFailure) {
        this.logins = logins;
        this.onFailure = onFailure;
    }

    @Override
    public void credentials(CredentialsRequest request, StreamObserver<CredentialsResponse> answer) {
        CallAnswers.answer(answer, () -> {
            String host = RegistryHost.canonical(request.getHost());
            Optional<RegistryLogin> login = logins.find(host).filter(found -> !found.isBearer());
            if (login.isPresent()
                    && logins.tokens(host)
                            .filter(source -> !source.sharingLogin())
                            .isPresent()) {
                throw Status.PERMISSION_DENIED
                        .withDescription("the login for " + host + " is only used to request tokens and is not sent to"
                                + " the daemon, but the registry requires the login itself")
                        .asRuntimeException();
            }
            return login.map(found -> CredentialsResponse.newBuilder()
                            .setUsername(found.username())
                            .setSecret(found.secret())
                            .build())
                    .orElseGet(CredentialsResponse::getDefaultInstance);
        });
    }

    @Override
    public void getTokenAuthority(GetTokenAuthorityRequest request, StreamObserver<GetTokenAuthorityResponse> answer) {
        CallAnswers.answer(answer, () -> GetTokenAuthorityResponse.newBuilder()
                .setPublicKey(ByteString.copyFrom(
                        authority(request.getHost(), request.getSalt()).publicKey()))
                .build());
    }

    @Override
    public void verifyTokenAuthority(
            VerifyTokenAuthorityRequest request, StreamObserver<VerifyTokenAuthorityResponse> answer) {
        CallAnswers.answer(answer, () -> VerifyTokenAuthorityResponse.newBuilder()
                .setSigned(ByteString.copyFrom(authority(request.getHost(), request.getSalt())
                        .sign(request.getPayload().toByteArray())))
                .build());
    }

    private TokenAuthority authority(String daemonsHost, ByteString salt) throws GeneralSecurityException {
        String host = RegistryHost.canonical(daemonsHost);
        return TokenAuthority.of(source(host), host, logins.find(host), salt.toByteArray());
    }

    @Override
    public void fetchToken(FetchTokenRequest request, StreamObserver<FetchTokenResponse> answer) {
        CallAnswers.answerLater(
                answer, onFailure, () -> token(request).thenApply(token -> FetchTokenResponse.newBuilder()
                        .setToken(token.value())
                        .setExpiresIn(token.seconds())
                        .setIssuedAt(token.issuedAt())
                        .build()));
    }

    private CompletableFuture<Token> token(FetchTokenRequest request) throws BuildkitException.InvalidRequestException {
        String host = RegistryHost.canonical(request.getHost());
        TokenSource source = source(host);
        Optional<RegistryLogin> login = logins.find(host, request.getScopesList());
        if (login.filter(RegistryLogin::isBearer).isPresent()) {
            return CompletableFuture.completedFuture(Token.given(login.get().secret()));
        }
        URI realm;
        try {
            realm = URI.create(request.getRealm());
        } catch (IllegalArgumentException e) {
            throw Status.INVALID_ARGUMENT
                    .withDescription("the registry " + host + " does not name a token server")
                    .asRuntimeException();
        }
        return client(host, source)
                .fetch(
                        new TokenRequest(
                                request.getHost(),
                                realm,
                                request.getService(),
                                request.getScopesList(),
                                request.getClientID()),
                        login);
    }

    private TokenClient client(String host, TokenSource source) throws BuildkitException.InvalidRequestException {
        synchronized (clients) {
            TokenClient client = clients.get(host);
            if (client == null) {
                if (clients.size() >= MOST_REGISTRIES) {
                    throw Status.RESOURCE_EXHAUSTED
                            .withDescription("the daemon requests tokens of too many registries")
                            .asRuntimeException();
                }
                client = new TokenClient(source.connection());
                clients.put(host, client);
            }
            return client;
        }
    }

    /**
     * Returns the token source of a registry. Without one, the call fails with UNIMPLEMENTED, and the daemon requests
     * credentials instead.
     */
    private TokenSource source(String host) {
        return logins.tokens(host).orElseThrow(Status.UNIMPLEMENTED::asRuntimeException);
    }
}
