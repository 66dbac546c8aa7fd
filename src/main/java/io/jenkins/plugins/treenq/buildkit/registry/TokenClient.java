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
 * Requests tokens as BuildKit's client does ({@code session/auth/authprovider/authprovider.go}, containerd's
 * {@code core/remotes/docker/auth/fetch.go}). With a login, the client sends an OAuth2 form, or a GET request if the
 * server does not support the form. Without a login, it sends a GET request.
 *
 * <p>The daemon names the token server. This client sends a login there only if the token server is the registry
 * itself, or if the registry names the same token server to this client; otherwise a daemon could have the login sent
 * to itself. A registry that supports TLS is always asked over TLS, even if plain HTTP is allowed; otherwise a daemon
 * could have the login sent unencrypted.
 */
public final class TokenClient {
    /**
     * The timeout in seconds, which is shorter than the minute that the daemon waits ({@code session/auth/auth.go}).
     */
    private static final long ALL_SECONDS = 50;

    /** The status codes of servers that do not support the form, some of which redirect to a web page. */
    private static final Set<Integer> NO_FORM = Set.of(301, 302, 303, 401, 404, 405);

    private static final Pattern BEARER = Pattern.compile("(?i)\\bbearer\\s.*?\\brealm=\"([^\"]+)\"");

    private final TokenHttpClient http;

    /** The origins of the token servers that each registry named, so that a registry is asked once. */
    private final Map<String, Set<Origin>> named = new ConcurrentHashMap<>();

    public TokenClient(RegistryConnection connection) throws BuildkitException.InvalidRequestException {
        this(connection, HttpClients.of(connection));
    }

    /**
     * @param connection the connection settings of the registry and its token server
     * @param client an HTTP client with the same connection settings
     */
    public TokenClient(RegistryConnection connection, HttpClient client) {
        this.http = new TokenHttpClient(connection, client);
    }

    /**
     * Records the token server that the registry itself named to this client.
     *
     * @throws IllegalArgumentException if the realm has no scheme or no host
     */
    public void allowRealm(String host, URI realm) {
        named.put(host, Set.of(Origin.of(realm)));
    }

    /** Requests a token. The future completes exceptionally with {@link TokenRefusedException} if there is none. */
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
            return TokenHttpClient.refused("it has no valid address");
        }
        Origin origin = Origin.of(realm);
        boolean own = origin.isOf(request.host());
        if (own && (origin.isEncrypted() || http.isPlain(request.host()) && RegistryHost.isLoopback(request.host()))
                || named.getOrDefault(request.host(), Set.of()).contains(origin)) {
            return CompletableFuture.completedFuture(null);
        }
        if (!http.mayTalkTo(realm, request.host())) {
            return TokenHttpClient.refused(TokenHttpClient.WITHOUT_TLS);
        }
        return challenge(request.host(), origin.scheme())
                .exceptionallyCompose(failure ->
                        TokenHttpClient.refused("the registry cannot confirm the address (" + reason(failure) + ")"))
                .thenCompose(found -> {
                    named.put(request.host(), found.origins());
                    return found.origins().contains(origin) || own && !found.encrypted()
                            ? CompletableFuture.completedFuture(null)
                            : TokenHttpClient.refused(
                                    "the registry names another token server, so the login is not sent to this one");
                });
    }

    /**
     * The token servers that a registry named to this client.
     *
     * @param encrypted whether the response was received over TLS
     * @param origins the origins of the token servers
     */
    private record Found(boolean encrypted, Set<Origin> origins) {}

    /**
     * Asks the registry for its token server. Plain HTTP is used only if it is allowed, and over a network only if the
     * registry does not support TLS.
     */
    private CompletableFuture<Found> challenge(String registry, String scheme) {
        if (http.isPlain(registry) && RegistryHost.isLoopback(registry) && scheme.equals("http")) {
            // On this machine, plain HTTP is tried first, because some servers without TLS do not respond to a TLS
            // handshake until a timeout.
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
            return TokenHttpClient.refused("its name is invalid");
        }
        return http.send(new TokenHttpClient.Request(registry, address, "", null))
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
        return http.send(new TokenHttpClient.Request(request.host(), request.realm(), "", body))
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
        return http.send(new TokenHttpClient.Request(request.host(), address, authorization, null))
                .thenCompose(
                        answer -> token(answer, authorization.isEmpty() ? "a request without a login" : "the login"));
    }

    private static CompletableFuture<Token> token(HttpResponse<String> answer, String refused) {
        return switch (answer.statusCode()) {
            case 200, 201, 202 ->
                TokenResponse.parse(answer.body())
                        .map(CompletableFuture::completedFuture)
                        .orElseGet(() -> TokenHttpClient.refused("its response contains no token"));
            case 400, 401, 403 ->
                TokenHttpClient.refused("it refused " + refused + " (HTTP " + answer.statusCode() + ")");
            default -> TokenHttpClient.refused("it answered with HTTP " + answer.statusCode());
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
