// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.io.Serializable;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The address of a daemon, with the parameters of the connection.
 *
 * @param address {@code tcp://host:port}, {@code unix:///path}, {@code dns:///host:port}, or
 *     {@code dns:///host:port#ip} for the daemon of the name that has this IP address
 * @param tls parameters of TLS; null for a connection without TLS
 * @param connectTimeout time limit for connecting; builds have no time limit
 * @param compression whether files are sent compressed while the link is slower than the compressor
 */
public record Endpoint(URI address, Tls tls, Duration connectTimeout, boolean compression) implements Serializable {
    public static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(10);

    private static final Pattern LOGIN = Pattern.compile("^((?:[a-zA-Z+.-]+:/*)?).*@", Pattern.DOTALL);
    private static final int HIGHEST_PORT = 65_535;
    private static final Pattern PORT = Pattern.compile(":(\\d+)(?:#.*)?$");
    private static final String BYTE = "(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)";
    private static final Pattern IP =
            Pattern.compile(BYTE + "(?:\\." + BYTE + "){3}|[0-9a-fA-F]*:[0-9a-fA-F]*:[0-9a-fA-F:]*");

    /**
     * Creates an endpoint with compression.
     *
     * @throws IllegalArgumentException if the address is malformed, or has a user or password
     */
    public Endpoint(URI address, Tls tls, Duration connectTimeout) {
        this(address, tls, connectTimeout, true);
    }

    /** @throws IllegalArgumentException if the address is malformed, or has a user or password */
    public Endpoint {
        Objects.requireNonNull(connectTimeout);
        if (!"unix".equals(address.getScheme()) && address.toString().indexOf('@') >= 0) {
            throw new IllegalArgumentException("the builder address '" + withoutLogin(address.toString())
                    + "' has a user name or password, which BuildKit does not support;"
                    + " use client certificates instead");
        }
        String scheme = String.valueOf(address.getScheme());
        boolean valid =
                switch (scheme) {
                    case "unix" ->
                        address.getPath() != null && address.getPath().startsWith("/");
                    case "tcp" -> address.getHost() != null && address.getPort() >= 0;
                    case "dns" ->
                        address.getPath() != null
                                && address.getPath().length() > 1
                                && (address.getFragment() == null
                                        || IP.matcher(address.getFragment()).matches());
                    default -> false;
                };
        if (!valid) {
            throw noAddress(address.toString());
        }
        requirePort(address);
    }

    private static void requirePort(URI address) {
        Matcher port = PORT.matcher(address.toString());
        String digits = "unix".equals(address.getScheme()) || !port.find() ? "1" : port.group(1);
        if (digits.length() > 5 || Integer.parseInt(digits) < 1 || Integer.parseInt(digits) > HIGHEST_PORT) {
            throw new IllegalArgumentException(
                    "'" + address + "' has no valid port; a port is a number from 1 to " + HIGHEST_PORT);
        }
    }

    /** @throws IllegalArgumentException if the address is malformed, or has a user or password */
    public static Endpoint of(String address, Tls tls) {
        return of(address, tls, DEFAULT_CONNECT_TIMEOUT);
    }

    /** @throws IllegalArgumentException if the address is malformed, or has a user or password */
    public static Endpoint of(String address, Tls tls, Duration connectTimeout) {
        try {
            return new Endpoint(new URI(address.trim()), tls, connectTimeout);
        } catch (URISyntaxException e) {
            throw noAddress(address);
        }
    }

    /** Tells whether a daemon's address is a DNS name, which can have several daemons. */
    public static boolean isDnsName(String address) {
        return address.startsWith("dns:") && address.indexOf('#') < 0;
    }

    /**
     * Returns the endpoint of one of the daemons that a DNS name has. The daemon's certificate must have the name.
     *
     * @param ip IP address of the daemon
     * @throws IllegalArgumentException if the address is no DNS name, or the text is no IP address
     */
    public Endpoint daemon(String ip) {
        if (!isDnsName(address.toString())) {
            throw noAddress(address + "#" + ip);
        }
        return new Endpoint(URI.create(address + "#" + ip), tls, connectTimeout, compression);
    }

    /** Returns the same endpoint with or without compression. */
    public Endpoint withCompression(boolean wanted) {
        return new Endpoint(address, tls, connectTimeout, wanted);
    }

    /**
     * Returns the address without user and password, for messages, because a user may have written a password into the
     * address.
     */
    public static String withoutLogin(String text) {
        return LOGIN.matcher(text).replaceFirst("$1…@");
    }

    private static IllegalArgumentException noAddress(String text) {
        return new IllegalArgumentException("'" + withoutLogin(text)
                + "' is not a builder address; write tcp://host:port, dns:///host:port or unix:///path/buildkitd.sock");
    }
}
