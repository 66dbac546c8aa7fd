// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jenkins.plugins.treenq.buildkit.registry.HttpProxies;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryConnection;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryConnections;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The login of Jenkins' proxy in the tasks that are sent to agents. */
class ProxyLoginTest {
    private static final String LOGIN =
            Base64.getEncoder().encodeToString("user:password".getBytes(StandardCharsets.UTF_8));

    private static RegistryConnections connections() {
        HttpProxies.Proxy proxy = new HttpProxies.Proxy("proxy.example.com", 3128, "Basic " + LOGIN);
        RegistryConnection connection = RegistryConnection.builder()
                .proxies(new HttpProxies(proxy, proxy, List.of()))
                .build();
        return new RegistryConnections(Map.of("registry.example.com", connection), connection);
    }

    private static String sent(Serializable task) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(task);
        }
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }

    @Test
    void aBuildTaskIsSentWithoutTheProxyLogin() throws Exception {
        BuildTask task = new BuildTask(false, connections());

        assertThat(sent(task), containsString("proxy.example.com"));
        assertThat(sent(task), not(containsString(LOGIN)));
        assertEquals(Set.of(), task.secrets());
    }

    @Test
    void aSkipTaskIsSentWithTheProxyLoginWhichIsMasked() throws Exception {
        SkipIfUnchangedTask task =
                new SkipIfUnchangedTask(new BuildTask(false, connections()), List.of(), connections(), "");

        assertThat(sent(task), containsString(LOGIN));
        assertEquals(Set.of(LOGIN, "password"), task.secrets());
    }
}
