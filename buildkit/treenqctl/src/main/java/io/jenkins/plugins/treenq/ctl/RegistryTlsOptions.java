// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import io.jenkins.plugins.treenq.buildkit.client.GoBooleans;
import io.jenkins.plugins.treenq.buildkit.registry.HttpProxies;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryConnection;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryHost;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.TypeConversionException;

/**
 * Parses the option {@code --registry-auth-tlscontext}: the TLS settings for a registry and its token server
 * ({@code cmd/buildctl/build/registryauthtlscontext.go}).
 */
final class RegistryTlsOptions {
    private static final String OPTION = "--registry-auth-tlscontext";

    private boolean insecure;
    private String authorities = "";
    private String certificate = "";
    private String key = "";

    /** Creates the default settings. */
    RegistryTlsOptions() {}

    /** Returns the settings by the name of the registry, as in image names. */
    static Map<String, RegistryTlsOptions> read(List<String> options) throws IOException {
        Map<String, RegistryTlsOptions> hosts = new HashMap<>();
        for (String option : options) {
            Map<String, String> values = KeyValues.parse(option);
            String host = values.getOrDefault("host", "").replaceFirst("^https?://", "");
            if (host.isEmpty()) {
                throw new TypeConversionException(OPTION + " requires host=<host>");
            }
            hosts.computeIfAbsent(RegistryHost.canonical(host), name -> new RegistryTlsOptions())
                    .add(values);
        }
        return hosts;
    }

    private void add(Map<String, String> values) throws IOException {
        String ca = values.getOrDefault("ca", "");
        String certificateFile = values.getOrDefault("cert", "");
        String keyFile = values.getOrDefault("key", "");
        boolean any = GoBooleans.parse(values.getOrDefault("insecure", "")).orElse(false);
        boolean pair = !certificateFile.isEmpty() && !keyFile.isEmpty();
        if (ca.isEmpty() && !any && !pair) {
            throw new TypeConversionException(OPTION + " requires ca=<ca> or cert=<cert>,key=<key> or insecure=true");
        }
        if (!ca.isEmpty() && certificateFile.isEmpty() != keyFile.isEmpty()) {
            throw new TypeConversionException(OPTION + " requires cert=<cert>,key=<key>");
        }
        insecure |= any;
        authorities += ca.isEmpty() ? "" : OptionFile.text(Path.of(ca)) + "\n";
        if (pair) {
            certificate = OptionFile.text(Path.of(certificateFile));
            key = OptionKey.tls(Path.of(keyFile));
        }
    }

    RegistryConnection connection(HttpProxies proxies) {
        return RegistryConnection.builder()
                .proxies(proxies)
                .insecure(insecure)
                .plainHttp(insecure)
                .plainHttpOnLoopback(true)
                .caPem(authorities)
                .clientCertificate(certificate, key)
                .build();
    }
}
