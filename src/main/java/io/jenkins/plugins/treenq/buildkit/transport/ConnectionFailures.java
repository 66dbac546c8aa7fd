// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.transport;

import io.grpc.Status;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.ssl.NotSslRecordException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.security.SignatureException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/**
 * Converts connection failures to messages of one line. gRPC's own exceptions are never passed on, because they cannot
 * be serialized from an agent to the controller.
 */
public final class ConnectionFailures {
    private static final Pattern ALERT = Pattern.compile("fatal alert: (\\w+)");

    /**
     * TLS alerts that concern the client's certificate. If a certificate is missing, OpenSSL sends a handshake failure.
     */
    private static final Set<String> ABOUT_THE_CERTIFICATE = Set.of(
            "bad certificate",
            "certificate expired",
            "certificate required",
            "certificate revoked",
            "certificate unknown",
            "unknown ca",
            "unsupported certificate",
            "access denied",
            "decrypt error",
            "handshake failure");

    private ConnectionFailures() {}

    /** Converts the failure of a call that was made before a build was started. */
    public static BuildkitException connecting(Throwable failure, Endpoint endpoint) {
        String daemon = endpoint.address().toString();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            BuildkitException known = known(cause, endpoint, daemon);
            if (known != null) {
                return known;
            }
        }
        Status status = Status.fromThrowable(failure);
        return switch (status.getCode()) {
            case UNIMPLEMENTED ->
                unreachable(daemon + " is not a BuildKit daemon of v0.12 or newer; check the address or update it");
            case DEADLINE_EXCEEDED ->
                unreachable(daemon + " did not answer within "
                        + endpoint.connectTimeout().toSeconds() + " s; check the address and the network");
            case UNAVAILABLE ->
                unreachable(
                        endpoint.tls() == null
                                ? daemon + " closed the connection; check that it is a BuildKit daemon, and configure"
                                        + " certificates if it requires TLS"
                                : daemon + " closed the connection; check that it is a BuildKit daemon");
            default -> unreachable(daemon + " does not respond like a BuildKit daemon (" + oneLine(status) + ")");
        };
    }

    private static BuildkitException known(Throwable cause, Endpoint endpoint, String daemon) {
        String text = String.valueOf(cause.getMessage());
        if (cause instanceof UnknownHostException || cause instanceof java.nio.channels.UnresolvedAddressException) {
            return unreachable(DaemonNames.unresolved(daemon));
        }
        if (cause instanceof ConnectTimeoutException) {
            return unreachable(daemon + " cannot be reached within "
                    + endpoint.connectTimeout().toSeconds() + " s; check the address and the network");
        }
        if (cause instanceof NoRouteToHostException) {
            return unreachable("there is no route to " + daemon + "; check the network");
        }
        if (cause instanceof ConnectException) {
            return unreachable("nothing listens at " + daemon + "; check the address and that the daemon runs");
        }
        if (cause instanceof java.nio.file.NoSuchFileException
                || cause instanceof java.net.SocketException && text.contains("No such file")) {
            return unreachable("there is no socket at " + daemon + "; check the path and that the daemon runs");
        }
        if (cause instanceof NotSslRecordException) {
            return refused(daemon + " does not use TLS; check the address, or connect without certificates");
        }
        if (cause instanceof CertificateExpiredException) {
            return refused("the certificate of " + daemon + " has expired; renew it at the daemon");
        }
        if (cause instanceof CertificateNotYetValidException) {
            return refused("the certificate of " + daemon + " is not valid yet; check the clocks");
        }
        if (cause instanceof CertPathBuilderException) {
            return refused("the certificate of " + daemon
                    + " is signed by a CA that is not trusted; configure the CA certificate that signed it");
        }
        if (cause instanceof CertPathValidatorException path && path.getReason() == BasicReason.INVALID_SIGNATURE
                || cause instanceof SignatureException) {
            return refused("the certificate of " + daemon
                    + " is signed by another CA than the configured one, which has the"
                    + " same name and another key; configure the CA certificate that signed it");
        }
        // If the exception has a cause, the cause is more specific.
        if (cause instanceof CertPathValidatorException && cause.getCause() == null) {
            return refused("the certificate of " + daemon + " is not accepted (" + text
                    + "); renew it at the daemon, or configure the CA certificate that signed it");
        }
        if (text.contains("No subject alternative") || text.contains("No name matching")) {
            return refused("the certificate of " + daemon
                    + " is for another host; set the TLS server name to a name in the certificate");
        }
        if (cause instanceof SSLException) {
            Matcher alert = ALERT.matcher(text);
            String reason =
                    alert.find() ? alert.group(1).toLowerCase(Locale.ROOT).replace('_', ' ') : "";
            if (reason.equals("protocol version") || text.contains("protocol version")) {
                return refused(daemon + " does not support TLS 1.2 or newer;"
                        + " update the program that terminates TLS there");
            }
            if (ABOUT_THE_CERTIFICATE.contains(reason)) {
                return refused(daemon + " refused the client certificate (" + reason
                        + "); configure one that its CA has signed and that has not expired");
            }
            if (!reason.isEmpty()) {
                return refused(daemon + " broke off the TLS handshake (" + reason
                        + "); check that it is a BuildKit daemon, and its certificates");
            }
        }
        return null;
    }

    /** Returns the failure of a connection that was lost during a build. */
    public static BuildkitException lost(Endpoint endpoint) {
        return new BuildkitException.ConnectionLostException(
                "the connection to " + endpoint.address()
                        + " was lost during the build; check that the daemon still runs",
                null);
    }

    /** Returns the description of a status without line breaks. */
    public static String oneLine(Status status) {
        String text = status.getDescription();
        return text == null || text.isBlank() ? status.getCode().toString() : BuildkitException.joined(text);
    }

    private static BuildkitException unreachable(String line) {
        return new BuildkitException.UnreachableException(line, null);
    }

    private static BuildkitException refused(String line) {
        return new BuildkitException.TlsRefusedException(line, null);
    }
}
