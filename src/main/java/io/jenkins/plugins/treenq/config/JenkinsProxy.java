// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.config;

import hudson.ProxyConfiguration;
import hudson.Util;
import hudson.util.Secret;
import io.jenkins.plugins.treenq.buildkit.registry.HttpProxies;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import jenkins.model.Jenkins;

/**
 * The proxy in Jenkins' configuration, which the plugin uses for HTTP requests to registries, to their token servers,
 * and to the addresses that registries redirect to.
 */
final class JenkinsProxy {
    private JenkinsProxy() {}

    /** Returns the settings that are configured now. */
    static HttpProxies current() {
        ProxyConfiguration configured = Jenkins.get().getProxy();
        if (configured == null || Util.fixEmptyAndTrim(configured.getName()) == null) {
            return HttpProxies.NONE;
        }
        HttpProxies.Proxy proxy =
                new HttpProxies.Proxy(configured.getName().trim(), configured.getPort(), authorization(configured));
        return new HttpProxies(proxy, proxy, exceptions(configured));
    }

    private static String authorization(ProxyConfiguration configured) {
        String user = Util.fixEmpty(configured.getUserName());
        if (user == null) {
            return "";
        }
        String login = user + ":" + Secret.toString(configured.getSecretPassword());
        return "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Returns the hosts that are accessed without the proxy. {@link ProxyConfiguration#getNoProxyHostPatterns} has the
     * same syntax: each entry is a complete host name, in which {@code *} matches any characters.
     */
    private static List<String> exceptions(ProxyConfiguration configured) {
        return Stream.of(Util.fixNull(configured.getNoProxyHost()).split("[ \\t\\n,|]+"))
                .filter(host -> !host.isEmpty())
                .map(host -> "=" + host)
                .toList();
    }
}
