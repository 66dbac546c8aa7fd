// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jenkins.plugins.treenq.buildkit.client.DockerfileBuild;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class SecretArgumentsTest {
    private static DockerfileBuild build(Map<String, String> arguments) throws Exception {
        return DockerfileBuild.builder().buildArgs(arguments).build();
    }

    private static String shown(String name, String value) throws Exception {
        return SecretArguments.shown(build(Map.of(name, value))).get("build-arg:" + name);
    }

    @Test
    void publicKeysAreShownAndOtherKeysAreMasked() throws Exception {
        assertEquals("ssh-ed25519", shown("PUBLIC_KEY", "ssh-ed25519"));
        assertEquals("ssh-ed25519", shown("key_public", "ssh-ed25519"));
        assertEquals("****", shown("KEY", "ssh-ed25519"));
        assertEquals("****", shown("PUBLICIST_KEY", "ssh-ed25519"));
        assertEquals("ssh-ed25519", shown("KEYBOARD", "ssh-ed25519"));
    }

    @Test
    void theLoginInAUrlIsMaskedCompletely() throws Exception {
        assertEquals("http://****@proxy:3128/", shown("PROXY", "http://u:p@proxy:3128/"));
        assertEquals("http://****@proxy:3128/", shown("PROXY", "http://u:p@ss@proxy:3128/"));
        assertEquals("http://****@a http://b/c@d", shown("PROXY", "http://u:p@@a http://b/c@d"));
        assertEquals("http://****@a,http://****@b", shown("PROXY", "http://u@a,http://v@b"));
    }

    @Test
    void longValuesAreMaskedEverywhereAndShortOnesAfterTheirNames() throws Exception {
        UnaryOperator<String> mask = SecretArguments.masked(
                build(Map.of(
                        "PASSWORD", "abc123", "API_TOKEN", "long-enough", "USE_AUTH", "", "PUBLIC_KEY", "k", "A", "b")),
                line -> line.replace("known", "****"));

        assertEquals(
                "RUN |2 A=b **** /bin/sh -c make # buildkit",
                mask.apply("RUN |2 A=b PASSWORD=abc123 /bin/sh -c make # buildkit"));
        assertEquals("API_TOKEN=**** ****", mask.apply("API_TOKEN=long-enough long-enough"));
        assertEquals("abc123 PUBLIC_KEY=k USE_AUTH= ****", mask.apply("abc123 PUBLIC_KEY=k USE_AUTH= known"));
    }
}
