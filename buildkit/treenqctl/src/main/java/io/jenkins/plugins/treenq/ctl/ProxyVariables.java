// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import io.jenkins.plugins.treenq.buildkit.registry.HttpProxies;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Reads the proxies of {@code HTTP_PROXY}, {@code HTTPS_PROXY} and {@code NO_PROXY}, in upper or lower case. Requests
 * of treenqctl to registries and token servers use them. The daemon's own requests use the proxies in the daemon's
 * configuration.
 */
final class ProxyVariables {
    private static final int DEFAULT_PORT = 80;

    private ProxyVariables() {}

    /**
     * @param environment the environment variables
     * @param warnings receives a line for each proxy that cannot be used
     */
    static HttpProxies read(Map<String, String> environment, Consumer<String> warnings) {
        // In a CGI script, the variable HTTP_PROXY contains the Proxy header of a request, which is not trusted.
        boolean script = environment.containsKey("REQUEST_METHOD");
        return new HttpProxies(
                script ? null : proxy(environment, "HTTP_PROXY", warnings),
                proxy(environment, "HTTPS_PROXY", warnings),
                List.of(value(environment, "NO_PROXY").split(",")));
    }

    private static String value(Map<String, String> environment, String name) {
        String value = environment.getOrDefault(name, "");
        return value.isEmpty() ? environment.getOrDefault(name.toLowerCase(Locale.ROOT), "") : value;
    }

    private static HttpProxies.Proxy proxy(Map<String, String> environment, String name, Consumer<String> warnings) {
        String text = value(environment, name).strip();
        if (text.isEmpty()) {
            return null;
        }
        try {
            URI address = new URI(text.contains("://") ? text : "http://" + text);
            if ("http".equalsIgnoreCase(address.getScheme()) && address.getHost() != null) {
                return new HttpProxies.Proxy(
                        address.getHost(),
                        address.getPort() > 0 ? address.getPort() : DEFAULT_PORT,
                        authorization(address.getUserInfo()));
            }
        } catch (URISyntaxException e) {
            // The message of the exception may contain a password.
        }
        warnings.accept("WARNING: the proxy of " + name
                + " is not of the form http://host:port and is not used for registry tokens");
        return null;
    }

    private static String authorization(String login) {
        return login == null
                ? ""
                : "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8));
    }
}
