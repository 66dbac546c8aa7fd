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

/** Logs in to one registry in the way that it asks for, and remembers the tokens. */
final class Authorizer {
    private static final String CLIENT = "treenq";

    /** A token is renewed this much before its end, or after half of its time. */
    private static final long MARGIN_SECONDS = 10;

    private final String host;
    private final String address;
    private final RegistryLogins logins;
    private final TokenClient tokens;

    /** By scopes. */
    private final Map<List<String>, Granted> granted = new HashMap<>();

    /** Null as long as the registry wants nothing. */
    private Challenge challenge;

    private record Granted(String token, long endNanos) {}

    /**
     * @param host as image names have it
     * @param address that the registry is reached by
     */
    Authorizer(String host, String address, RegistryLogins logins, TokenClient tokens) {
        this.host = host;
        this.address = address;
        this.logins = logins;
        this.tokens = tokens;
    }

    /** The login for what the scopes allow, if there is one. */
    Optional<RegistryLogin> login(List<String> scopes) throws BuildkitException.RegistryRefusedException {
        try {
            return logins.find(host, scopes);
        } catch (IllegalStateException e) {
            throw new BuildkitException.RegistryRefusedException(e.getMessage(), e);
        }
    }

    /** Hears what the registry wants, which makes tokens for these scopes worthless. */
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

    /** Whether the registry has said how it wants to be logged in to. */
    synchronized boolean isAsked() {
        return challenge != null;
    }

    /** The header's value; empty for none. */
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
            // Said below.
        }
        throw new BuildkitException.RegistryRefusedException(
                "registry " + host + " wants a token and names no address where one is to be had", null);
    }

    private static String basic(RegistryLogin login) {
        byte[] pair = (login.username() + ":" + login.secret()).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(pair);
    }
}
