// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.registry;

import com.google.gson.Gson;
import io.jenkins.plugins.treenq.buildkit.Certificates;
import io.jenkins.plugins.treenq.buildkit.LocalPort;
import io.jenkins.plugins.treenq.buildkit.registry.TokenServer.Answer;
import io.jenkins.plugins.treenq.buildkit.registry.TokenServer.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * A real registry on this machine, without TLS, that requires tokens, and its token server: user {@code NAME} with
 * password {@code secret-NAME} has access to repositories that begin with {@code NAME}, and {@code all} has access to
 * all of them.
 */
public final class TokenRegistry implements AutoCloseable {
    private static final String SERVICE = "the registry";

    private final Certificates.Identity signer = Certificates.authority("signer");
    private final TokenServer tokens;
    private final Process registry;
    private final int port;

    public TokenRegistry(Path folder) throws IOException, InterruptedException {
        Path program = Path.of("/usr/bin/docker-registry");
        Assumptions.assumeTrue(Files.isExecutable(program), "needs docker-registry");
        tokens = TokenServer.plain(this::answer);
        port = LocalPort.free();
        Path bundle = Files.writeString(folder.resolve("signer.pem"), signer.certificatePem());
        Path config = Files.writeString(folder.resolve("config.yml"), """
                version: 0.1
                log: {level: error, accesslog: {disabled: true}}
                storage: {filesystem: {rootdirectory: "%s"}}
                http: {addr: "127.0.0.1:%d"}
                auth: {token: {realm: "%s", service: "%s", issuer: "tests", rootcertbundle: "%s"}}
                """.formatted(
                        folder.resolve("data"), port, tokens.realm(), SERVICE, bundle));
        registry = new ProcessBuilder(program.toString(), "serve", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("registry.log").toFile())
                .start();
        LocalPort.await(port);
    }

    public String host() {
        return "localhost:" + port;
    }

    /** The requests to the token server so far. */
    public List<Request> requests() {
        return tokens.requests();
    }

    private Answer answer(Request request) {
        String[] login = request.method().equals("POST")
                ? new String[] {request.first("username"), request.first("password")}
                : request.login().split(":", 2);
        String name = login[0];
        if (!name.isEmpty() && !login[1].equals("secret-" + name)) {
            return Answer.of(401);
        }
        Stream<String> scopes = request.parameters().getOrDefault("scope", List.of()).stream()
                .flatMap(scope -> Arrays.stream(scope.split(" ")));
        List<Map<String, Object>> access = scopes.map(scope -> scope.split(":"))
                .filter(scope -> !name.isEmpty() && (name.equals("all") || scope[1].startsWith(name)))
                .map(scope -> Map.<String, Object>of(
                        "type", scope[0], "name", scope[1], "actions", List.of(scope[2].split(","))))
                .toList();
        try {
            return Answer.json(new Gson().toJson(Map.of("token", signed(name, access), "expires_in", 300)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private String signed(String name, List<Map<String, Object>> access) throws GeneralSecurityException {
        long now = Instant.now().getEpochSecond();
        String header = new Gson()
                .toJson(Map.of(
                        "typ",
                        "JWT",
                        "alg",
                        "RS256",
                        "x5c",
                        List.of(Base64.getEncoder()
                                .encodeToString(signer.certificate().getEncoded()))));
        String claims = new Gson()
                .toJson(Map.of(
                        "iss",
                        "tests",
                        "sub",
                        name,
                        "aud",
                        SERVICE,
                        "exp",
                        now + 300,
                        "nbf",
                        now - 60,
                        "iat",
                        now,
                        "jti",
                        "" + System.nanoTime(),
                        "access",
                        access));
        String text =
                base64(header.getBytes(StandardCharsets.UTF_8)) + "." + base64(claims.getBytes(StandardCharsets.UTF_8));
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(signer.keys().getPrivate());
        signature.update(text.getBytes(StandardCharsets.US_ASCII));
        return text + "." + base64(signature.sign());
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    @Override
    public void close() {
        registry.destroy();
        tokens.close();
    }
}
