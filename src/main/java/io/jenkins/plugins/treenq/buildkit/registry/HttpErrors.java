// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.registry;

import io.jenkins.plugins.treenq.buildkit.threads.FutureOutcome;
import java.net.ConnectException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

/** Describes why a request got no response. The descriptions contain no data that a server sent. */
public final class HttpErrors {
    private HttpErrors() {}

    /** Whether the server supports TLS, although the handshake failed. */
    static boolean speaksTls(Throwable failure) {
        return FutureOutcome.cause(failure) instanceof SSLHandshakeException;
    }

    /** Returns the predicate of a sentence whose subject is the host that the request was sent to. */
    public static String reason(Throwable failure) {
        if (failure instanceof HostNotAllowedException) {
            return failure.getMessage();
        }
        if (failure instanceof HttpTimeoutException || failure instanceof TimeoutException) {
            return "does not answer in time";
        }
        if (failure instanceof ConnectException) {
            return failure.getCause() instanceof ConnectException inner
                            && inner.getCause() instanceof UnresolvedAddressException
                    ? "has a host name that cannot be resolved"
                    : "cannot be reached from here";
        }
        if (failure instanceof SSLHandshakeException) {
            String text = String.valueOf(failure.getMessage());
            if (text.contains("protocol_version") || text.contains("protocol version")) {
                return "does not support TLS 1.2 or newer";
            }
            if (text.contains("certificate_required")
                    || text.contains("bad_certificate")
                    || text.contains("unknown_ca")) {
                return "refused the client certificate, or requires one";
            }
            return "has a certificate that is not trusted or is for another host";
        }
        if (failure instanceof SSLException) {
            return "does not support TLS, and plain HTTP is not allowed for it";
        }
        return "broke the connection";
    }
}
