// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogin;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogins;
import io.jenkins.plugins.treenq.buildkit.registry.Token;
import io.jenkins.plugins.treenq.buildkit.registry.TokenClient;
import io.jenkins.plugins.treenq.buildkit.registry.TokenRefusedException;
import io.jenkins.plugins.treenq.buildkit.registry.TokenRequest;
import io.jenkins.plugins.treenq.buildkit.threads.FutureOutcome;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Authenticates to one registry by the method that the registry demands, and caches its tokens. */
final class Authorizer {
    private static final String CLIENT = "treenq";

    /**
     * The number of seconds before its expiry at which a token is renewed. A token that is valid for less than twice
     * this time is renewed after half of it.
     */
    private static final long MARGIN_SECONDS = 10;

    private final String host;
    private final String address;
    private final RegistryLogins logins;
    private final TokenClient tokens;

    /** The cached tokens by their scopes. */
    private final Map<List<String>, Granted> granted = new HashMap<>();

    /** The method that the registry demands; null as long as it has demanded none. */
    private Challenge challenge;

    private record Granted(String token, long endNanos) {}

    /**
     * @param host the name of the registry, as in image names
     * @param address the host, with an optional port, that the client connects to
     */
    Authorizer(String host, String address, RegistryLogins logins, TokenClient tokens) {
        this.host = host;
        this.address = address;
        this.logins = logins;
        this.tokens = tokens;
    }

    /** Returns the login for the scopes, or empty if there is none. */
    Optional<RegistryLogin> login(List<String> scopes) throws BuildkitException.RegistryRefusedException {
        try {
            return logins.find(host, scopes);
        } catch (IllegalStateException e) {
            throw new BuildkitException.RegistryRefusedException(e.getMessage(), e);
        }
    }

    /**
     * Stores the authentication method that the registry demanded. The cached token for the scopes is dropped, because
     * the registry has just rejected it.
     */
    synchronized void updateChallenge(List<Challenge> challenges, List<String> scopes)
            throws BuildkitException.RegistryRefusedException {
        granted.remove(scopes);
        challenge = challenges.stream()
                .filter(offered -> offered.scheme().equals("bearer"))
                .findFirst()
                .or(() -> challenges.stream()
                        .filter(offered -> offered.scheme().equals("basic"))
                        .findFirst())
                .orElse(null);
        if (challenge != null && challenge.scheme().equals("bearer")) {
            tokens.allowRealm(address, realm());
        }
    }

    /** Whether the registry has demanded authentication. */
    synchronized boolean isAsked() {
        return challenge != null;
    }

    /**
     * Returns the value of the {@code Authorization} header for the scopes, or an empty string if the request needs
     * none.
     */
    synchronized String authorization(List<String> scopes) throws BuildkitException, InterruptedException {
        if (challenge == null) {
            return "";
        }
        Optional<RegistryLogin> login = login(scopes);
        if (login.filter(RegistryLogin::isBearer).isPresent()) {
            return "Bearer " + login.get().secret();
        }
        if (challenge.scheme().equals("basic")) {
            return login.map(Authorizer::basic).orElse("");
        }
        Granted known = granted.get(scopes);
        if (known == null || known.endNanos() - System.nanoTime() < 0) {
            known = fetch(scopes, login);
            granted.put(scopes, known);
        }
        return "Bearer " + known.token();
    }

    private Granted fetch(List<String> scopes, Optional<RegistryLogin> login)
            throws BuildkitException.RegistryRefusedException, InterruptedException {
        try {
            Token token = FutureOutcome.get(
                    tokens.fetch(
                            new TokenRequest(address, realm(), challenge.parameter("service"), scopes, CLIENT), login),
                    TokenRefusedException.class);
            long seconds = Math.max(token.seconds() - MARGIN_SECONDS, token.seconds() / 2);
            return new Granted(token.value(), System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds));
        } catch (TokenRefusedException e) {
            throw new BuildkitException.RegistryRefusedException(e.getMessage(), e);
        }
    }

    private URI realm() throws BuildkitException.RegistryRefusedException {
        try {
            URI realm = URI.create(challenge.parameter("realm"));
            if (realm.getHost() != null && realm.getScheme() != null) {
                return realm;
            }
        } catch (IllegalArgumentException e) {
            // The exception below reports an invalid realm, too.
        }
        throw new BuildkitException.RegistryRefusedException(
                "registry " + host + " requires a token but names no token server", null);
    }

    private static String basic(RegistryLogin login) {
        byte[] pair = (login.username() + ":" + login.secret()).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(pair);
    }
}
