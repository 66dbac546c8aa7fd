// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.hasItem;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import hudson.ProxyConfiguration;
import hudson.model.Result;
import hudson.util.FormValidation;
import io.jenkins.plugins.treenq.buildkit.Certificates;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.registry.TunnelProxy;
import io.jenkins.plugins.treenq.config.Policy;
import io.jenkins.plugins.treenq.config.Registry;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import io.jenkins.plugins.treenq.harness.SharedJenkins;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;

/**
 * A registry that is reachable only through the forward proxy that is configured in Jenkins. One server on this
 * machine is the registry, its token server and its storage, depending on the requested host name.
 */
@SharedJenkins
class RegistryProxyTest {
    private static final String CONFIG =
            "{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]}}";
    private static final String MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";
    private static final String TO_REGISTRY = "CONNECT registry.example.com:443 HTTP/1.1";
    private static final String TO_TOKENS = "CONNECT tokens.example.com:443 HTTP/1.1";
    private static final String TO_STORAGE = "CONNECT storage.example.com:443 HTTP/1.1";

    private final Certificates.Identity authority = Certificates.authority("test");
    private JenkinsRule jenkins;
    private HttpsServer server;
    private TunnelProxy proxy;

    @BeforeEach
    void start(JenkinsRule rule) throws Exception {
        jenkins = rule;
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(
                Certificates.server(authority, "*.example.com", Instant.now().plusSeconds(3600))
                        .context()));
        server.createContext("/", RegistryProxyTest::answer);
        server.start();
        proxy = new TunnelProxy(server.getAddress().getPort());
        Registry registry = new Registry("registry.example.com");
        registry.setCaCertificate(authority.certificatePem());
        TreenqConfiguration.get().setRegistries(List.of(registry));
        allow("tokens.example.com", "storage.example.com");
        use("");
    }

    @AfterEach
    void end() throws Exception {
        jenkins.jenkins.setProxy(null);
        proxy.close();
        server.stop(0);
    }

    private static void allow(String... hosts) {
        Policy policy = new Policy();
        policy.setControllerHosts(List.of(hosts));
        TreenqConfiguration.get().setPolicy(policy);
    }

    private void use(String noProxyHost) throws IOException {
        jenkins.jenkins.setProxy(new ProxyConfiguration("127.0.0.1", proxy.port(), null, null, noProxyHost));
    }

    private static String digest(String text) {
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(
                                    MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void answer(HttpExchange exchange) throws IOException {
        String host = exchange.getRequestHeaders().getFirst("Host");
        String path = exchange.getRequestURI().getPath();
        String manifest = ("{\"schemaVersion\":2,\"mediaType\":\"%s\",\"config\":{\"mediaType\":"
                        + "\"application/vnd.oci.image.config.v1+json\",\"digest\":\"%s\",\"size\":%d},\"layers\":[]}")
                .formatted(MANIFEST_TYPE, digest(CONFIG), CONFIG.length());
        if (host.startsWith("tokens.")) {
            send(exchange, 200, "{\"token\":\"t\"}");
        } else if (host.startsWith("storage.")) {
            send(exchange, 200, CONFIG);
        } else if (!"Bearer t".equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            exchange.getResponseHeaders()
                    .set("WWW-Authenticate", "Bearer realm=\"https://tokens.example.com/token\",service=\"it\"");
            send(exchange, 401, "{}");
        } else if (path.contains("/blobs/")) {
            exchange.getResponseHeaders().set("Location", "https://storage.example.com/config");
            send(exchange, 307, "");
        } else if (path.contains("/manifests/")) {
            exchange.getResponseHeaders().set("Content-Type", MANIFEST_TYPE);
            exchange.getResponseHeaders().set("Docker-Content-Digest", digest(manifest));
            send(exchange, 200, manifest);
        } else {
            send(exchange, path.equals("/v2/") ? 200 : 404, "{}");
        }
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        try (exchange) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            boolean head = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(status, head || bytes.length == 0 ? -1 : bytes.length);
            if (!head) {
                exchange.getResponseBody().write(bytes);
            }
        }
    }

    private WorkflowRun run(Result result, String script) throws Exception {
        WorkflowJob job = jenkins.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition(script, true));
        return jenkins.buildAndAssertStatus(result, job);
    }

    @Test
    void requestsToRegistryTokenServerAndStorageUseTheProxy() throws Exception {
        run(Result.SUCCESS, "echo treenqInspect('registry.example.com/a/b:1').digest");

        assertEquals(
                List.of(TO_REGISTRY, TO_TOKENS, TO_STORAGE),
                proxy.tunnels().stream().distinct().toList());
    }

    /** Only the proxy can resolve the name of the storage, which may be a host in the proxy's own network. */
    @Test
    void aHostThatOnlyTheProxyCanResolveMustBeAllowed() throws Exception {
        allow("tokens.example.com");

        WorkflowRun run = run(Result.FAILURE, "treenqInspect 'registry.example.com/a/b:1'");

        jenkins.assertLogContains(
                "registry registry.example.com points to storage.example.com, which is not in the list of allowed hosts;"
                        + " configure it as a registry, or let an administrator add it to controllerHosts",
                run);
        assertEquals(
                List.of(TO_REGISTRY, TO_TOKENS),
                proxy.tunnels().stream().distinct().toList());
    }

    @Test
    void theConnectionTestOfTheFormUsesTheProxy() throws Exception {
        FormValidation answer = jenkins.jenkins
                .getDescriptorByType(Registry.DescriptorImpl.class)
                .doTestConnection(null, "registry.example.com", "", authority.certificatePem(), false);

        assertEquals(FormValidation.Kind.OK, answer.kind, answer.getMessage());
        assertThat(proxy.tunnels(), hasItem(TO_REGISTRY));
    }

    @Test
    void noProxyHostsOfJenkinsAreConnectedToDirectly() throws Exception {
        for (String direct : List.of("registry.example.com", "other.example.com *.example.com", "*")) {
            use(direct);
            jenkins.assertLogContains(
                    "registry registry.example.com cannot be reached from here",
                    run(Result.FAILURE, "treenqInspect 'registry.example.com/a/b:1'"));
            assertEquals(List.of(), proxy.tunnels(), direct);
        }
        // A domain without a wildcard does not include its subdomains.
        use("example.com, registry.example");
        run(Result.SUCCESS, "treenqInspect 'registry.example.com/a/b:1'");
        use("tokens.example.com");
        proxy.tunnels().clear();
        run(Result.FAILURE, "treenqInspect 'registry.example.com/a/b:2'");
        assertEquals(List.of(TO_REGISTRY), proxy.tunnels().stream().distinct().toList());
    }

    /** Agents may query a registry that is not configured, because the job names it. */
    @Test
    void agentsUseTheProxyOfJenkins() throws Exception {
        Configured.with(Daemon.first());
        jenkins.createOnlineSlave(hudson.model.Label.get("agent"));

        run(
                Result.FAILURE,
                "node('agent') { writeFile file: 'Dockerfile', text: 'FROM scratch\\nCOPY Dockerfile /\\n';"
                        + " treenqBuild tags: ['registry.example.com/a/b:1'], skipIfUnchanged: true }");

        assertThat(proxy.tunnels(), hasItem(TO_REGISTRY));
    }
}
