// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.registry;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** Parses the response of a token server, which is the same for both kinds of requests. */
final class TokenResponse {
    private TokenResponse() {}

    static Optional<Token> parse(String body) {
        try {
            JsonObject answer = JsonParser.parseString(body).getAsJsonObject();
            String token =
                    text(answer, "access_token").or(() -> text(answer, "token")).orElse("");
            return token.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Token(token, seconds(answer), issuedAt(answer)));
        } catch (JsonParseException | IllegalStateException | UnsupportedOperationException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> text(JsonObject answer, String name) {
        return Optional.ofNullable(answer.get(name))
                .filter(JsonElement::isJsonPrimitive)
                .map(JsonElement::getAsString)
                .filter(text -> !text.isEmpty());
    }

    private static long seconds(JsonObject answer) {
        try {
            return text(answer, "expires_in")
                    .map(Double::parseDouble)
                    .orElse(0.0)
                    .longValue();
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private static long issuedAt(JsonObject answer) {
        try {
            return text(answer, "issued_at")
                    .map(time -> OffsetDateTime.parse(time).toEpochSecond())
                    .orElse(0L);
        } catch (DateTimeParseException e) {
            return 0;
        }
    }
}
