// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogin;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;

/** Creates the one-line error message for a response with an unexpected status. */
final class ResponseErrors {
    private static final int MAX_BYTES = 64 * 1024;
    private static final int MAX_TEXT = 200;

    private ResponseErrors() {}

    static BuildkitException.RegistryRefusedException of(
            String registry, RegistryRequest request, RegistryResponse answer, Optional<RegistryLogin> login)
            throws IOException {
        String reason = " (HTTP " + answer.status() + reason(answer) + ")";
        String subject = "registry " + registry + " ";
        String line =
                switch (answer.status()) {
                    case 401, 403 -> subject + "does not allow " + request.purpose() + " " + as(login) + reason;
                    case RetryPolicy.TOO_MANY -> subject + "limits the rate of requests" + reason + later(answer);
                    default ->
                        subject
                                + (answer.status() >= 500 ? "has an internal error" : "refuses")
                                + " " + request.purpose() + reason;
                };
        return new BuildkitException.RegistryRefusedException(line, null);
    }

    private static String as(Optional<RegistryLogin> login) {
        return login.map(known ->
                        known.username().isEmpty() ? "with the configured token" : "to user '" + known.username() + "'")
                .orElse("without a login, and no login is configured for it");
    }

    private static String later(RegistryResponse answer) {
        OptionalLong millis = RetryPolicy.retryAfterMillis(answer);
        return millis.isPresent() ? "; it requests a pause of " + millis.getAsLong() / 1000 + " s" : "";
    }

    /**
     * Returns the error code and message that the registry sent in the format of the distribution specification, or an
     * empty string if there are none.
     */
    private static String reason(RegistryResponse answer) throws IOException {
        try {
            return Json.parse(answer.body().readNBytes(MAX_BYTES)).objects("errors").stream()
                    .findFirst()
                    .map(error -> part(", ", error.text("code")) + part(": ", error.text("message")))
                    .orElse("");
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private static String part(String before, String value) {
        String text = value.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
        return text.isEmpty() ? "" : before + (text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) + "…" : text);
    }
}
