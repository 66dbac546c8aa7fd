// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.registry;

import java.io.Serializable;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The HTTP proxies of requests. The rules are those of Go's programs for {@code HTTPS_PROXY} and {@code NO_PROXY}
 * ({@code golang.org/x/net/http/httpproxy}); requests to this machine itself never use a proxy.
 *
 * @param http the proxy for addresses without TLS; null for none
 * @param https the proxy for addresses with TLS; null for none
 * @param exceptions the hosts to connect to directly: {@code example.com} includes its subdomains, {@code .example.com}
 *     stands for the subdomains only, {@code =example.com} for the host only. An exception may also be an IP address or
 *     a network such as {@code 10.0.0.0/8}. Each may have a port; {@code *} matches any characters
 */
public record HttpProxies(Proxy http, Proxy https, List<String> exceptions) implements Serializable {
    /** No proxy is configured, so the settings of the JVM apply. */
    public static final HttpProxies NONE = new HttpProxies(null, null, List.of());

    public HttpProxies {
        exceptions = exceptions.stream()
                .map(exception -> exception.strip().toLowerCase(Locale.ROOT))
                .filter(exception -> !exception.isEmpty())
                .toList();
    }

    /**
     * A proxy. Its string representation does not contain the login.
     *
     * @param host the host of the proxy
     * @param port the port of the proxy
     * @param authorization the value of the header {@code Proxy-Authorization}; empty for none,
     *     otherwise of the scheme {@code Basic}
     */
    public record Proxy(String host, int port, String authorization) implements Serializable {
        public Proxy {
            Objects.requireNonNull(host);
            Objects.requireNonNull(authorization);
        }

        /** Returns a copy without the login. */
        Proxy withoutLogin() {
            return new Proxy(host, port, "");
        }

        /** Returns the login as it is sent, and its password; empty if there is no login. */
        Set<String> secrets() {
            int space = authorization.indexOf(' ');
            if (space < 0) {
                return Set.of();
            }
            String sent = authorization.substring(space + 1);
            String login = new String(Base64.getDecoder().decode(sent), StandardCharsets.UTF_8);
            return Set.of(sent, login.substring(login.indexOf(':') + 1));
        }

        @Override
        public String toString() {
            return host + ":" + port;
        }
    }

    /** Returns a copy without the logins of the proxies. */
    HttpProxies withoutLogins() {
        return new HttpProxies(
                http == null ? null : http.withoutLogin(), https == null ? null : https.withoutLogin(), exceptions);
    }

    /** Returns the secrets in the logins of the proxies, which are to be masked in logs. */
    Set<String> secrets() {
        return Stream.of(http, https)
                .filter(Objects::nonNull)
                .map(Proxy::secrets)
                .flatMap(Set::stream)
                .collect(Collectors.toSet());
    }

    /** Returns the proxy for an address, or empty if the client connects directly. */
    public Optional<Proxy> of(URI address) {
        boolean tls = "https".equalsIgnoreCase(address.getScheme());
        Proxy proxy = tls ? https : http;
        if (proxy == null || address.getHost() == null) {
            return Optional.empty();
        }
        String host = address.getHost()
                .toLowerCase(Locale.ROOT)
                .replaceAll("^\\[|\\]$", "")
                .replaceFirst("\\.$", "");
        int port = address.getPort() > 0 ? address.getPort() : tls ? 443 : 80;
        return isLoopback(host) || exceptions.stream().anyMatch(exception -> isExcepted(exception, host, port))
                ? Optional.empty()
                : Optional.of(proxy);
    }

    private static boolean isLoopback(String host) {
        return host.equals("localhost")
                || host.startsWith("127.") && NumericAddress.of(host).isPresent()
                || host.equals("::1");
    }

    private static boolean isExcepted(String exception, String host, int port) {
        String pattern = exception;
        int colon = pattern.lastIndexOf(':');
        boolean withPort = colon > 0 && (pattern.indexOf(':') == colon || pattern.startsWith("["));
        if (withPort && pattern.substring(colon + 1).matches("\\d+")) {
            if (!pattern.substring(colon + 1).equals(Integer.toString(port))) {
                return false;
            }
            pattern = pattern.substring(0, colon);
        }
        boolean exact = pattern.startsWith("=");
        pattern = pattern.substring(exact ? 1 : 0).replaceAll("^\\[|\\]$", "");
        int slash = pattern.indexOf('/');
        if (slash > 0) {
            return NumericAddress.isInNetwork(host, pattern.substring(0, slash), pattern.substring(slash + 1));
        }
        if (!exact && pattern.startsWith("*.")) {
            pattern = pattern.substring(1);
        }
        if (exact || pattern.indexOf('*') >= 0) {
            return Pattern.matches(
                    Stream.of(pattern.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*")), host);
        }
        return pattern.startsWith(".") ? host.endsWith(pattern) : host.equals(pattern) || host.endsWith("." + pattern);
    }

    /** Parses numeric IP addresses without name resolution. */
    private static final class NumericAddress {
        private static final Pattern FORM = Pattern.compile("[0-9.]+|[0-9a-f.]*:[0-9a-f:.]*");

        private NumericAddress() {}

        static Optional<byte[]> of(String text) {
            try {
                return FORM.matcher(text).matches()
                        ? Optional.of(InetAddress.getByName(text).getAddress())
                        : Optional.empty();
            } catch (UnknownHostException e) {
                return Optional.empty();
            }
        }

        static boolean isInNetwork(String host, String network, String bits) {
            byte[] address = of(host).orElse(new byte[0]);
            byte[] start = of(network).orElse(new byte[1]);
            if (address.length != start.length
                    || !bits.matches("\\d{1,3}")
                    || Integer.parseInt(bits) > 8 * start.length) {
                return false;
            }
            for (int bit = 0; bit < Integer.parseInt(bits); bit++) {
                if (((address[bit / 8] ^ start[bit / 8]) >> 7 - bit % 8 & 1) != 0) {
                    return false;
                }
            }
            return true;
        }
    }

    @Override
    public String toString() {
        return "HttpProxies[http=" + http + ", https=" + https + ", exceptions=" + exceptions + "]";
    }
}
