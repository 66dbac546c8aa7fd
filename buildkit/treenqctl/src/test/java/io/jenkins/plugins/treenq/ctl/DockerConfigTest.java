// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.keys.Pkcs8Keys;
import io.jenkins.plugins.treenq.buildkit.registry.HttpProxies;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryConnection;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogin;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogins;
import io.jenkins.plugins.treenq.buildkit.registry.TokenSource;
import io.jenkins.plugins.treenq.buildkit.ssh.SshKeyFormats;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.TypeConversionException;

class DockerConfigTest {
    @TempDir
    Path folder;

    private final Map<String, String> environment = new HashMap<>();
    private final List<String> warnings = new ArrayList<>();

    private RegistryLogins read(String config, String... tls) throws IOException {
        Files.writeString(folder.resolve("config.json"), config);
        environment.put("DOCKER_CONFIG", folder.toString());
        return DockerConfig.read(environment, RegistryTlsOptions.read(List.of(tls)), warnings::add);
    }

    private static String auth(String pair) {
        return "{\"auth\":\"" + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)) + "\"}";
    }

    private static String found(RegistryLogins logins, String host) {
        return logins.find(host)
                .map(login -> login.username() + ":" + login.secret() + (login.isBearer() ? ":bearer" : ""))
                .orElse("none");
    }

    @Test
    void allFormsOfLoginsAreRead() throws IOException {
        RegistryLogins logins = read("{\"auths\":{\"https://index.docker.io/v1/\":" + auth("hub:a:b")
                + ",\"localhost:5000\":" + auth("local:pass\0\0")
                + ",\"https://old.example.com/v2/\":" + auth("old:pass")
                + ",\"identity.example.com\":{\"auth\":\"PHRva2VuPjo=\",\"identitytoken\":\"it\"}"
                + ",\"bearer.example.com\":{\"registrytoken\":\"rt\"}"
                + ",\"plain.example.com\":{\"username\":\"u\",\"password\":\"p\"}"
                + ",\"empty.example.com\":{}}}");
        assertEquals("hub:a:b", found(logins, "docker.io"));
        assertEquals("local:pass", found(logins, "localhost:5000"));
        assertEquals("old:pass", found(logins, "old.example.com"));
        assertEquals(":it", found(logins, "identity.example.com"));
        assertEquals(":rt:bearer", found(logins, "bearer.example.com"));
        assertEquals("u:p", found(logins, "plain.example.com"));
        assertEquals("none", found(logins, "empty.example.com"));
        assertEquals("none", found(logins, "other.example.com"));
        assertFalse(logins.toString().contains("pass"));
    }

    @Test
    void loginsOfTheEnvironmentTakePrecedence() throws IOException {
        environment.put("DOCKER_AUTH_CONFIG", "{\"auths\":{\"a.example.com\":" + auth("me:of-variable") + "}}");
        RegistryLogins logins = read("{\"auths\":{\"a.example.com\":" + auth("me:of-file") + ",\"b.example.com\":"
                + auth("me:of-file") + "}}");
        assertEquals("me:of-variable", found(logins, "a.example.com"));
        assertEquals("me:of-file", found(logins, "b.example.com"));
    }

    @Test
    void aMissingCredentialHelperFailsItsRegistryOnly() throws IOException {
        RegistryLogins logins = read("{\"auths\":{\"b.example.com\":" + auth("me:pass")
                + "},\"credHelpers\":{\"a.example.com\":\"no-such-helper\"}}");
        IllegalStateException refused = assertThrows(IllegalStateException.class, () -> logins.find("a.example.com"));
        assertTrue(refused.getMessage().startsWith("docker-credential-no-such-helper cannot be run"));
        assertEquals("me:pass", found(logins, "b.example.com"));
        RegistryLogins byDefault = read("{\"credsStore\":\"no-such-helper\"}");
        assertThrows(IllegalStateException.class, () -> byDefault.find("b.example.com"));
    }

    @Test
    void nullValuesAndAnEmptyFileMeanNoLogins() throws IOException {
        for (String config : List.of(
                "",
                " \n",
                "null",
                "{}",
                "{\"auths\":null,\"credHelpers\":null,\"credsStore\":null}",
                "{\"auths\":{\"a.example.com\":null}}",
                "{\"auths\":{\"a.example.com\":{\"auth\":null,\"identitytoken\":null,\"username\":null}}}",
                "{\"auths\":{},\"credHelpers\":{\"a.example.com\":null}}")) {
            assertEquals("none", found(read(config), "a.example.com"), config);
            assertEquals(List.of(), warnings, config);
        }
    }

    @Test
    void anInvalidPartIsReportedWithoutItsValueAndTheRestIsUsed() throws IOException {
        String file = folder.resolve("config.json").toString();
        RegistryLogins logins =
                read("{\"credHelpers\":[],\"credsStore\":5,\"auths\":{\"a\":{\"auth\":\"hunter2 is no base64\"},"
                        + "\"b\":\"hunter2\",\"c\":{\"auth\":7},\"good.example.com\":" + auth("me:pass") + "}}");
        assertEquals("me:pass", found(logins, "good.example.com"));
        assertEquals("none", found(logins, "a"));
        assertEquals(
                List.of(
                        "WARNING: 'auth' of the login for a in " + file
                                + " is not user:password in base64 and is ignored; log in again with docker login a",
                        "WARNING: the login for b in " + file + " is not an object and is ignored",
                        "WARNING: 'auth' in the login for c in " + file + " is not text and is ignored",
                        "WARNING: 'credHelpers' in " + file + " is not an object and is ignored",
                        "WARNING: 'credsStore' in " + file + " is not text and is ignored"),
                warnings);
    }

    @Test
    void anInvalidFileIsReportedWithoutItsContent() throws IOException {
        String file = folder.resolve("config.json").toString();
        for (String config : List.of("{\"auths\":{\"hunter2", "[\"hunter2\"]", "hunter2 : x")) {
            warnings.clear();
            assertEquals("none", found(read(config), "a.example.com"));
            assertEquals(
                    List.of("WARNING: " + file + " is not a docker configuration, so that no login is taken from it"),
                    warnings);
        }
        warnings.clear();
        Files.delete(folder.resolve("config.json"));
        Files.createDirectory(folder.resolve("config.json"));
        DockerConfig.read(environment, Map.of(), warnings::add);
        assertEquals(
                List.of("WARNING: " + file + " cannot be read, so that no login is taken from it:"
                        + " it is a folder, not a file"),
                warnings);
    }

    @Test
    void anExactKeyTakesPrecedenceOverOthersOfTheHost() throws IOException {
        for (String other : List.of("https://r.example.com/v1/", "r.example.com/other")) {
            String exact = "\"r.example.com\":" + auth("exact:pass");
            String legacy = "\"" + other + "\":" + auth("legacy:pass");
            assertEquals("exact:pass", found(read("{\"auths\":{" + exact + "," + legacy + "}}"), "r.example.com"));
            assertEquals("exact:pass", found(read("{\"auths\":{" + legacy + "," + exact + "}}"), "r.example.com"));
            assertEquals("legacy:pass", found(read("{\"auths\":{" + legacy + "}}"), "r.example.com"));
        }
        assertEquals(
                "hub:pass",
                found(
                        read("{\"auths\":{\"docker.io\":" + auth("other:pass") + ",\"https://index.docker.io/v1/\":"
                                + auth("hub:pass") + "}}"),
                        "docker.io"));
    }

    @Test
    void base64MayContainLineBreaksAndKeysAreCaseInsensitive() throws IOException {
        String auth = auth("somebody:with-a-long-password");
        String broken = auth.substring(0, 20) + "\\n" + auth.substring(20, 30) + "\\r\\n" + auth.substring(30);
        assertEquals(
                "somebody:with-a-long-password",
                found(read("{\"Auths\":{\"a.example.com\":" + broken.replace("auth", "AUTH") + "}}"), "a.example.com"));
        assertEquals(List.of(), warnings);
        RegistryLogins byHelper = read("{\"CREDHELPERS\":{\"a.example.com\":\"no-such-helper\"}}");
        assertThrows(IllegalStateException.class, () -> byHelper.find("a.example.com"));
    }

    @Test
    void theHomeFolderOfTheEnvironmentIsUsed() throws IOException {
        Files.createDirectory(folder.resolve(".docker"));
        Files.writeString(
                folder.resolve(".docker/config.json"), "{\"auths\":{\"a.example.com\":" + auth("me:of-home") + "}}");
        RegistryLogins logins = DockerConfig.read(
                Map.of("HOME", folder.toString(), "USERPROFILE", folder.toString()), Map.of(), warnings::add);
        assertEquals("me:of-home", found(logins, "a.example.com"));
    }

    @Test
    void tokensAreRequestedThroughTheProxyOfTheEnvironment() throws IOException {
        environment.put("HTTPS_PROXY", "http://user:hunter2@proxy.example.com:3128");
        environment.put("no_proxy", "direct.example.com");
        RegistryLogins logins = read("{}", "host=b.example.com,insecure=true");
        for (String host : List.of("a.example.com", "b.example.com")) {
            HttpProxies proxies = logins.tokens(host).orElseThrow().connection().proxies();
            assertEquals(
                    "proxy.example.com",
                    proxies.of(URI.create("https://" + host + "/token"))
                            .orElseThrow()
                            .host());
            assertTrue(proxies.of(URI.create("https://direct.example.com/")).isEmpty());
            assertFalse(proxies.toString().contains("hunter2"), proxies.toString());
        }
        environment.put("HTTPS_PROXY", "socks5://user:hunter2@proxy.example.com");
        read("{}");
        assertEquals(
                List.of("WARNING: the proxy of HTTPS_PROXY is not of the form http://host:port and is not used for"
                        + " registry tokens"),
                warnings);
    }

    @Test
    void tokensAreRequestedByTheClientUnlessDisabledWithAStoredSeed() throws IOException {
        TokenSource first = read("{}").tokens("a.example.com").orElseThrow();
        assertArrayEquals(
                first.seed(), read("{}").tokens("a.example.com").orElseThrow().seed());
        assertFalse(java.util.Arrays.equals(
                first.seed(), read("{}").tokens("b.example.com").orElseThrow().seed()));
        assertTrue(first.sharingLogin());
        Path file = folder.resolve(".token_seed");
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        environment.put("BUILDKIT_NO_CLIENT_TOKEN", "1");
        assertTrue(read("{}").tokens("a.example.com").isEmpty());
    }

    @Test
    void tlsSettingsOfTokenServersAreSelectedByHost() throws Exception {
        KeyPair pair = SshKeyFormats.pair("EC", 256);
        Path ca = Files.writeString(folder.resolve("ca"), "the authority");
        Path key = Files.writeString(folder.resolve("key"), SshKeyFormats.traditional(pair));
        RegistryLogins logins = read(
                "{}",
                "host=registry-1.docker.io,insecure=true",
                "host=https://a.example.com:5000,ca=" + ca + ",cert=" + ca + ",key=" + key);
        assertTrue(logins.tokens("docker.io").orElseThrow().connection().insecure());
        RegistryConnection own =
                logins.tokens("a.example.com:5000").orElseThrow().connection();
        assertEquals("the authority\n", own.caPem());
        assertEquals(pair.getPrivate(), Pkcs8Keys.parse(own.keyPem()));
        assertFalse(own.insecure());
        for (String option :
                List.of("insecure=true", "host=a", "host=a,insecure=false", "host=a,cert=x", "host=a,ca=x,key=y")) {
            assertThrows(TypeConversionException.class, () -> RegistryTlsOptions.read(List.of(option)), option);
        }
    }

    @Test
    void withoutAFileThereAreNoLogins() throws IOException {
        environment.put("DOCKER_CONFIG", folder.resolve("nothing").toString());
        RegistryLogins logins = DockerConfig.read(environment, Map.of(), warnings::add);
        assertEquals(java.util.Optional.<RegistryLogin>empty(), logins.find("docker.io"));
    }
}
