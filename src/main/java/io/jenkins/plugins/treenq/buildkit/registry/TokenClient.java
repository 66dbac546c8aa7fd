// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.registry;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.threads.FutureOutcome;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Gets tokens as BuildKit's client does ({@code session/auth/authprovider/authprovider.go}, containerd's
 * {@code core/remotes/docker/auth/fetch.go}): with a login by OAuth2's form, or by GET where the server does not know
 * that; without one by GET.
 *
 * <p>The daemon says where the token server is. A login is sent there only when it is the registry itself, or the
 * registry says the same to this client; else a daemon could have the login sent to itself. A registry with TLS is
 * asked over TLS only, also where plain HTTP is allowed; else a daemon could have the login sent in clear.
 */
public final class TokenClient {
    /** Less than the minute that the daemon waits ({@code session/auth/auth.go}). */
    private static final long ALL_SECONDS = 50;

    /** Servers that do not know the form answer with these, or redirect to a page for people. */
    private static final Set<Integer> NO_FORM = Set.of(301, 302, 303, 401, 404, 405);

    private static final Pattern BEARER = Pattern.compile("(?i)\\bbearer\\s.*?\\brealm=\"([^\"]+)\"");

    private final Http http;

    /** Where each registry said that tokens are to be had, so that it is asked once. */
    private final Map<String, Set<Origin>> named = new ConcurrentHashMap<>();

    public TokenClient(RegistryConnection connection) throws BuildkitException.InvalidRequestException {
        this(connection, HttpClients.of(connection));
    }

    /** @param client made for the same connection */
    public TokenClient(RegistryConnection connection, HttpClient client) {
        this.http = new Http(connection, client);
    }

    /**
     * Tells that the registry itself said to this client where its tokens are to be had.
     *
     * @throws IllegalArgumentException when the realm is no address
     */
    public void allowRealm(String host, URI realm) {
        named.put(host, Set.of(Origin.of(realm)));
    }

    /** Completes with a token, or exceptionally with {@link TokenRefusedException}. */
    public CompletableFuture<Token> fetch(TokenRequest request, Optional<RegistryLogin> login) {
        return login.map(known -> checkRealm(request).thenCompose(checked -> post(request, known)))
                .orElseGet(() -> get(request, ""))
                .orTimeout(ALL_SECONDS, TimeUnit.SECONDS)
                .handle((token, failure) -> {
                    if (failure != null) {
                        throw new CompletionException(new TokenRefusedException("no token for " + request.host()
                                + " from " + request.realm().getRawAuthority() + http.route(request.realm()) + ": "
                                + reason(failure)));
                    }
                    return token;
                });
    }

    private CompletableFuture<Void> checkRealm(TokenRequest request) {
        URI realm = request.realm();
        if (realm.getScheme() == null || realm.getHost() == null) {
            return Http.refused("it is at no address");
        }
        Origin origin = Origin.of(realm);
        boolean own = origin.isOf(request.host());
        if (own && (origin.isEncrypted() || http.isPlain(request.host()) && RegistryHost.isLoopback(request.host()))
                || named.getOrDefault(request.host(), Set.of()).contains(origin)) {
            return CompletableFuture.completedFuture(null);
        }
        if (!http.mayTalkTo(realm, request.host())) {
            return Http.refused(Http.WITHOUT_TLS);
        }
        return challenge(request.host(), origin.scheme())
                .exceptionallyCompose(failure -> Http.refused(
                        "the registry cannot be asked whether it is the right place (" + reason(failure) + ")"))
                .thenCompose(found -> {
                    named.put(request.host(), found.origins());
                    return found.origins().contains(origin) || own && !found.encrypted()
                            ? CompletableFuture.completedFuture(null)
                            : Http.refused(
                                    "the registry names another place for tokens, so the login is not sent there");
                });
    }

    /**
     * What a registry itself says.
     *
     * @param encrypted whether it said so over TLS
     * @param origins where tokens are to be had
     */
    private record Found(boolean encrypted, Set<Origin> origins) {}

    /** Without TLS only where that is allowed, and over a network only where it is needed. */
    private CompletableFuture<Found> challenge(String registry, String scheme) {
        if (http.isPlain(registry) && RegistryHost.isLoopback(registry) && scheme.equals("http")) {
            // Some servers without TLS let those who try it wait.
            CompletableFuture<Found> plain = challenged(registry, "http");
            return plain.exceptionally(failure -> new Found(false, Set.of()))
                    .thenCompose(found -> found.origins().isEmpty()
                            ? challenged(registry, "https").exceptionallyCompose(failure -> plain)
                            : plain);
        }
        CompletableFuture<Found> encrypted = challenged(registry, "https");
        return encrypted.exceptionallyCompose(failure -> http.isPlain(registry) && !HttpErrors.speaksTls(failure)
                ? challenged(registry, "http").exceptionallyCompose(other -> encrypted)
                : encrypted);
    }

    private CompletableFuture<Found> challenged(String registry, String scheme) {
        URI address;
        try {
            address = URI.create(scheme + "://" + registry + "/v2/");
        } catch (IllegalArgumentException e) {
            return Http.refused("its name is none");
        }
        return http.send(new Http.Ask(registry, address, "", null))
                .thenApply(answer -> new Found(
                        scheme.equals("https"),
                        answer.headers().allValues("WWW-Authenticate").stream()
                                .flatMap(challenge -> BEARER.matcher(challenge).results())
                                .flatMap(match -> origin(match.group(1)))
                                .collect(Collectors.toSet())));
    }

    private static Stream<Origin> origin(String address) {
        try {
            return Stream.of(Origin.of(URI.create(address)));
        } catch (IllegalArgumentException e) {
            return Stream.empty();
        }
    }

    private CompletableFuture<Token> post(TokenRequest request, RegistryLogin login) {
        Map<String, String> form = new LinkedHashMap<>();
        if (!request.scopes().isEmpty()) {
            form.put("scope", String.join(" ", request.scopes()));
        }
        form.put("service", request.service());
        form.put("client_id", request.clientId());
        if (login.username().isEmpty()) {
            form.put("grant_type", "refresh_token");
            form.put("refresh_token", login.secret());
        } else {
            form.put("grant_type", "password");
            form.put("username", login.username());
            form.put("password", login.secret());
        }
        String body = form.entrySet().stream()
                .map(field -> parameter(field.getKey(), field.getValue()))
                .collect(Collectors.joining("&"));
        return http.send(new Http.Ask(request.host(), request.realm(), "", body))
                .thenCompose(answer -> NO_FORM.contains(answer.statusCode())
                        ? get(request, basic(login))
                        : token(answer, "the login"));
    }

    private CompletableFuture<Token> get(TokenRequest request, String authorization) {
        Stream<String> service =
                request.service().isEmpty() ? Stream.empty() : Stream.of(parameter("service", request.service()));
        String query = Stream.concat(service, request.scopes().stream().map(scope -> parameter("scope", scope)))
                .collect(Collectors.joining("&"));
        String realm = request.realm().toString().replaceFirst("#.*", "");
        URI address = URI.create(realm + (realm.indexOf('?') < 0 ? "?" : "&") + query);
        return http.send(new Http.Ask(request.host(), address, authorization, null))
                .thenCompose(
                        answer -> token(answer, authorization.isEmpty() ? "to give one without a login" : "the login"));
    }

    private static CompletableFuture<Token> token(HttpResponse<String> answer, String refused) {
        return switch (answer.statusCode()) {
            case 200, 201, 202 ->
                TokenResponse.parse(answer.body())
                        .map(CompletableFuture::completedFuture)
                        .orElseGet(() -> Http.refused("its answer holds no token"));
            case 400, 401, 403 -> Http.refused("it refused " + refused + " (HTTP " + answer.statusCode() + ")");
            default -> Http.refused("it answered with HTTP " + answer.statusCode());
        };
    }

    private static String basic(RegistryLogin login) {
        byte[] pair = (login.username() + ":" + login.secret()).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(pair);
    }

    private static String parameter(String name, String value) {
        return name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    private static String reason(Throwable failure) {
        Throwable cause = FutureOutcome.cause(failure);
        return cause instanceof TokenRefusedException refused ? refused.getMessage() : "it " + HttpErrors.reason(cause);
    }
}
