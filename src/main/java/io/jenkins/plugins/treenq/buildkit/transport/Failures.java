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
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/**
 * Says in one line why a daemon cannot be talked to. gRPC's own exceptions are never passed on: they do not survive
 * the way from an agent to the controller.
 */
public final class Failures {
    private static final Pattern ALERT = Pattern.compile("fatal alert: (\\w+)");

    private Failures() {}

    /** A call failed before any build was begun. */
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
            case UNIMPLEMENTED -> unreachable(
                    daemon + " is not a BuildKit daemon of v0.12 or newer; check the address or update it");
            case DEADLINE_EXCEEDED -> unreachable(daemon + " did not answer within "
                    + endpoint.connectTimeout().toSeconds() + " s; check the address and the network between");
            case UNAVAILABLE -> unreachable(
                    endpoint.tls() == null
                            ? daemon + " closed the connection; check that it is a BuildKit daemon, and give the"
                                    + " certificates if it expects TLS"
                            : daemon + " closed the connection; check that it is a BuildKit daemon");
            default -> unreachable(daemon + " does not answer like a BuildKit daemon (" + oneLine(status) + ")");
        };
    }

    private static BuildkitException known(Throwable cause, Endpoint endpoint, String daemon) {
        String text = String.valueOf(cause.getMessage());
        if (cause instanceof UnknownHostException || cause instanceof java.nio.channels.UnresolvedAddressException) {
            return unreachable("the host of " + daemon + " is not known here; check the name and this machine's DNS");
        }
        if (cause instanceof ConnectTimeoutException) {
            return unreachable(daemon + " cannot be reached within "
                    + endpoint.connectTimeout().toSeconds() + " s; check the address and the network between");
        }
        if (cause instanceof NoRouteToHostException) {
            return unreachable("there is no route to " + daemon + "; check the network between");
        }
        if (cause instanceof ConnectException) {
            return unreachable("nothing listens at " + daemon + "; check the address and that the daemon runs");
        }
        if (cause instanceof java.nio.file.NoSuchFileException
                || cause instanceof java.net.SocketException && text.contains("No such file")) {
            return unreachable("there is no socket at " + daemon + "; check the path and that the daemon runs");
        }
        if (cause instanceof NotSslRecordException) {
            return refused(daemon + " does not speak TLS; check the address, or configure it without certificates");
        }
        if (cause instanceof CertificateExpiredException) {
            return refused("the certificate of " + daemon + " has expired; renew it at the daemon");
        }
        if (cause instanceof CertificateNotYetValidException) {
            return refused("the certificate of " + daemon + " is not valid yet; check the clocks");
        }
        if (cause instanceof CertPathBuilderException) {
            return refused("the certificate of " + daemon
                    + " comes from an authority that is not trusted; give the CA certificate that signed it");
        }
        if (text.contains("No subject alternative") || text.contains("No name matching")) {
            return refused("the certificate of " + daemon + " is for another host; set the TLS server name to a name in it");
        }
        if (cause instanceof SSLException) {
            Matcher alert = ALERT.matcher(text);
            if (alert.find()) {
                return refused(daemon + " refused the client certificate ("
                        + alert.group(1).toLowerCase(Locale.ROOT).replace('_', ' ')
                        + "); give one that its CA has signed and that has not expired");
            }
        }
        return null;
    }

    /** The connection broke while a build was under way. */
    public static BuildkitException lost(Endpoint endpoint) {
        return new BuildkitException.ConnectionLost(
                "the connection to " + endpoint.address()
                        + " was lost during the build; check that the daemon still runs, then build again",
                null);
    }

    /** A status' words without line breaks. */
    public static String oneLine(Status status) {
        String text = status.getDescription();
        return text == null || text.isBlank() ? status.getCode().toString() : text.strip().replaceAll("\\s*\\R\\s*", " ");
    }

    private static BuildkitException unreachable(String line) {
        return new BuildkitException.Unreachable(line, null);
    }

    private static BuildkitException refused(String line) {
        return new BuildkitException.TlsRefused(line, null);
    }
}
