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
 * The proxy that Jenkins is configured with, for what the plugin asks over HTTP: registries, the servers that give
 * their tokens, and where they send a client on to.
 */
final class JenkinsProxy {
    private JenkinsProxy() {}

    /** As it is configured now. */
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
     * Hosts as {@link ProxyConfiguration#getNoProxyHostPatterns} reads them: each one alone, with {@code *} for any
     * characters.
     */
    private static List<String> exceptions(ProxyConfiguration configured) {
        return Stream.of(Util.fixNull(configured.getNoProxyHost()).split("[ \\t\\n,|]+"))
                .filter(host -> !host.isEmpty())
                .map(host -> "=" + host)
                .toList();
    }
}
