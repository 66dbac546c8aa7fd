// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import com.cloudbees.jenkins.plugins.sshcredentials.impl.BasicSSHUserPrivateKey;
import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SecretBytes;
import com.sun.net.httpserver.HttpServer;
import hudson.model.FreeStyleProject;
import hudson.model.Job;
import hudson.model.Result;
import hudson.model.Run;
import hudson.model.Slave;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.GitRepository;
import io.jenkins.plugins.treenq.buildkit.WebServer;
import io.jenkins.plugins.treenq.buildkit.ssh.SshKeyFormats;
import io.jenkins.plugins.treenq.config.Registry;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import io.jenkins.plugins.treenq.harness.SharedJenkins;
import io.jenkins.plugins.treenq.parameters.AzblobCache;
import io.jenkins.plugins.treenq.parameters.BuildCache;
import io.jenkins.plugins.treenq.parameters.BuildSecret;
import io.jenkins.plugins.treenq.parameters.GhaCache;
import io.jenkins.plugins.treenq.parameters.S3Cache;
import io.jenkins.plugins.treenq.parameters.SshKeyAccess;
import io.jenkins.plugins.treenq.report.ImagesAction;
import io.jenkins.plugins.treenq.step.TreenqBuildStep;
import io.jenkins.plugins.treenq.step.TreenqBuilder;
import io.jenkins.plugins.treenq.step.TreenqInspectStep;
import io.jenkins.plugins.treenq.step.TreenqInspector;
import io.jenkins.plugins.treenq.timeline.ExportedStep;
import io.jenkins.plugins.treenq.timeline.TimelinePage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.KeyPair;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.stream.Collectors;
import org.jenkinsci.plugins.credentialsbinding.impl.SecretBuildWrapper;
import org.jenkinsci.plugins.credentialsbinding.impl.StringBinding;
import org.jenkinsci.plugins.plaincredentials.impl.FileCredentialsImpl;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.InboundAgentExtension;

/**
 * Builds with every kind of secret, on an inbound agent. While the last build runs, and afterwards, files, pages, logs
 * and processes are searched for the secrets, in plain text and in base64.
 */
@SharedJenkins
class SecretsTest {
    /** The minimum length of a searched line, and the maximum length of its searched base64. */
    private static final int SHORTEST = 16;

    private static final int LONGEST = 60;

    /** The beginning of the name of a Jenkins home that the harness creates. */
    private static final String JENKINS_HOME = "j h";

    /** A value that is not secret; the search must find it. */
    private static final String CONTROL = "a control";

    private static final Logger LOGGER = Logger.getLogger("io.jenkins.plugins.treenq");

    @RegisterExtension
    private final InboundAgentExtension agents = new InboundAgentExtension();

    @TempDir
    private Path folder;

    /** The secrets by their purpose. */
    private final Map<String, String> secrets = new LinkedHashMap<>();

    /** By the secret; thousands of files are searched for them. */
    private final Map<String, Set<String>> forms = new HashMap<>();

    private final Queue<String> logged = new ConcurrentLinkedQueue<>();
    private final Handler records = new Handler() {
        @Override
        public void publish(LogRecord record) {
            logged.add(new SimpleFormatter().format(record));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    private JenkinsRule jenkins;
    private Daemon daemon;
    private String image;
    private Path agentTemp;
    private Slave agent;
    private Instant start;
    private WebServer git;

    /** A cache service that refuses every request and records its login. */
    private HttpServer store;

    private final Queue<String> asked = new ConcurrentLinkedQueue<>();

    @BeforeEach
    void start(JenkinsRule rule) throws Exception {
        jenkins = rule;
        start = Instant.now().minusSeconds(1);
        daemon = Daemon.first();
        image = daemon.registry() + "/secrets-" + UUID.randomUUID().toString().substring(0, 8);
        records.setLevel(Level.ALL);
        LOGGER.setLevel(Level.ALL);
        Logger.getLogger("").addHandler(records);
        addSecrets();
        agentTemp = Files.createDirectory(folder.resolve("temp"));
        agent = agents.createAgent(
                jenkins,
                InboundAgentExtension.Options.newBuilder()
                        .name("remote")
                        .webSocket()
                        .javaOptions("-Djava.io.tmpdir=" + agentTemp)
                        .withLogger(LOGGER.getName(), Level.ALL)
                        .build());
        Path files = Files.createDirectory(folder.resolve("files"));
        Files.writeString(
                files.resolve("Dockerfile"), "FROM busybox\nCOPY Dockerfile /\nRUN echo from the repository\n");
        Path repositories = Files.createDirectory(folder.resolve("repositories"));
        GitRepository.create(repositories.resolve("shop.git"), files);
        String login = "git-user:" + secrets.get("context");
        git = new WebServer(
                repositories, "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8)));
        store = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        store.createContext("/", exchange -> {
            asked.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            exchange.sendResponseHeaders(400, -1);
            exchange.close();
        });
        store.start();
    }

    private void addSecrets() throws Exception {
        Configured.with(daemon);
        secrets.put("registry of the tags", daemon.login().secret());
        secrets.put("client key", privateKey(daemon));
        for (String kind :
                List.of("other registry", "text", "file", "password", "variable", "context", "s3", "azblob", "gha")) {
            secrets.put(kind, UUID.randomUUID().toString().replace("-", ""));
        }
        secrets.put("ssh passphrase", UUID.randomUUID().toString());
        KeyPair pair = SshKeyFormats.pair("EC", 256);
        secrets.put("ssh", SshKeyFormats.openSsh(pair, secrets.get("ssh passphrase")));
        secrets.put("opened ssh key", SshKeyFormats.pkcs8(pair));
        Configured.add(
                Configured.login("other", "other-user", secrets.get("other registry")),
                Configured.text("text", secrets.get("text")),
                new FileCredentialsImpl(
                        CredentialsScope.GLOBAL,
                        "file",
                        "",
                        "file.txt",
                        SecretBytes.fromBytes(secrets.get("file").getBytes(StandardCharsets.UTF_8))),
                Configured.login("password", "password-user", secrets.get("password")),
                Configured.text("variable", secrets.get("variable")),
                Configured.login("context", "git-user", secrets.get("context")),
                Configured.login("s3", "s3-user", secrets.get("s3")),
                Configured.login("azblob", "azblob-user", secrets.get("azblob")),
                Configured.text("gha", secrets.get("gha")),
                new BasicSSHUserPrivateKey(
                        CredentialsScope.GLOBAL,
                        "ssh",
                        "git",
                        new BasicSSHUserPrivateKey.DirectEntryPrivateKeySource(secrets.get("ssh")),
                        secrets.get("ssh passphrase"),
                        ""));
        List<Registry> registries = new ArrayList<>(TreenqConfiguration.get().getRegistries());
        Registry other = new Registry("registry.example.com");
        other.setCredentialsId("other");
        registries.add(other);
        TreenqConfiguration.get().setRegistries(registries);
    }

    /**
     * Returns a daemon's client key without the lines that its certificate contains, too: both end with the public key,
     * and have lines in common if it begins at the same place of a line.
     */
    private static String privateKey(Daemon daemon) throws IOException {
        String certificate = daemon.certificatePem();
        return daemon.keyPem()
                .lines()
                .filter(line -> !certificate.contains(line))
                .collect(Collectors.joining("\n"));
    }

    @AfterEach
    void end() {
        Logger.getLogger("").removeHandler(records);
        LOGGER.setLevel(null);
        git.close();
        store.stop(0);
    }

    /** Returns a Dockerfile that prints its secrets in plain text and in base64. */
    private static String dockerfile() {
        StringBuilder mounts = new StringBuilder();
        for (String id : List.of("text", "file", "password", "variable")) {
            mounts.append("--mount=type=secret,id=").append(id).append(",required=true ");
        }
        return "FROM busybox\nRUN " + mounts + "--mount=type=ssh,required=true cat /run/secrets/*; echo;"
                + " for f in /run/secrets/*; do base64 $f; done; echo given $(cat /run/secrets/* | wc -c) bytes\n";
    }

    private static String sleeping(String mark) {
        return "FROM busybox\nRUN sleep 300; echo " + mark + "\n";
    }

    @Test
    void aPipelineLeavesNoSecretsInFilesPagesLogsOrProcesses() throws Exception {
        String mark = UUID.randomUUID().toString();
        WorkflowJob job = jenkins.createProject(WorkflowJob.class, "pipeline");
        job.setDefinition(new CpsFlowDefinition(
                """
                node('remote') {
                    withCredentials([string(credentialsId: 'variable', variable: 'VARIABLE')]) {
                        treenqBuild noCache: true, tags: ['%1$s:1'], credentialsId: '%2$s', provenance: 'mode=max',
                            dockerfileText: '''%3$s''',
                            secrets: [secret(id: 'text', credentialsId: 'text'), secret(id: 'file', credentialsId: 'file'),
                                secret(id: 'password', credentialsId: 'password'), secret(id: 'variable', env: 'VARIABLE')],
                            ssh: [sshKey('ssh')]
                        treenqInspect image: '%1$s:1', credentialsId: '%2$s'
                        treenqBuild noCache: true, tags: [], context: '%4$s', contextCredentialsId: 'context'
                        for (cache in [
                                s3Cache(bucket: 'b', region: 'r', endpointUrl: '%5$s', credentialsId: 's3'),
                                azblobCache(accountUrl: '%5$s', credentialsId: 'azblob'),
                                ghaCache(url: '%5$s', credentialsId: 'gha')]) {
                            catchError(buildResult: 'SUCCESS') {
                                treenqBuild tags: [], dockerfileText: 'FROM busybox\\nRUN true', cacheTo: [cache]
                            }
                        }
                        treenqBuild tags: [], dockerfileText: '''%6$s'''
                    }
                }
                """.formatted(
                        image, Configured.LOGIN, dockerfile(), git.url("shop.git#main"), storeUrl(), sleeping(mark)),
                true));

        Run<?, ?> run = job.scheduleBuild2(0).waitForStart();

        assertKept(job, run, mark);
        assertThat(asked, hasItem(containsString("s3-user")));
    }

    @Test
    void aFreestyleJobLeavesNoSecretsInFilesPagesLogsOrProcesses() throws Exception {
        TreenqBuildStep everything = new TreenqBuildStep(List.of(image + ":1"));
        everything.setNoCache(true);
        everything.setCredentialsId(Configured.LOGIN);
        everything.setProvenance("mode=max");
        everything.setDockerfileText(dockerfile());
        List<BuildSecret> mounted = new ArrayList<>();
        for (String id : List.of("text", "file", "password")) {
            BuildSecret secret = new BuildSecret(id);
            secret.setCredentialsId(id);
            mounted.add(secret);
        }
        BuildSecret variable = new BuildSecret("variable");
        variable.setEnv("VARIABLE");
        mounted.add(variable);
        everything.setSecrets(mounted);
        everything.setSsh(List.of(new SshKeyAccess("ssh")));
        TreenqInspectStep inspect = new TreenqInspectStep(image + ":1");
        inspect.setCredentialsId(Configured.LOGIN);
        TreenqBuildStep fetched = new TreenqBuildStep(List.of());
        fetched.setNoCache(true);
        fetched.setContext(git.url("shop.git#main"));
        fetched.setContextCredentialsId("context");
        String mark = UUID.randomUUID().toString();
        TreenqBuildStep last = new TreenqBuildStep(List.of());
        last.setDockerfileText(sleeping(mark));
        FreeStyleProject job = freestyle("freestyle");
        job.getBuildWrappersList().add(new SecretBuildWrapper(List.of(new StringBinding("VARIABLE", "variable"))));
        job.getBuildersList()
                .replaceBy(List.of(
                        new TreenqBuilder(everything),
                        new TreenqInspector(inspect),
                        new TreenqBuilder(fetched),
                        new TreenqBuilder(last)));
        S3Cache s3 = new S3Cache("b", "r");
        s3.setEndpointUrl(storeUrl());
        s3.setCredentialsId("s3");
        AzblobCache azblob = new AzblobCache(storeUrl());
        azblob.setCredentialsId("azblob");
        GhaCache gha = new GhaCache();
        gha.setUrl(storeUrl());
        gha.setCredentialsId("gha");
        for (BuildCache cache : List.of(s3, azblob, gha)) {
            TreenqBuildStep step = new TreenqBuildStep(List.of());
            step.setDockerfileText("FROM busybox\nRUN true\n");
            step.setCacheTo(List.of(cache));
            FreeStyleProject cached = freestyle(cache.getClass().getSimpleName());
            cached.getBuildersList().add(new TreenqBuilder(step));
            jenkins.buildAndAssertStatus(Result.FAILURE, cached);
        }

        Run<?, ?> run = job.scheduleBuild2(0).waitForStart();

        assertKept(job, run, mark);
        assertThat(asked, hasItem(containsString("s3-user")));
    }

    private FreeStyleProject freestyle(String name) throws IOException {
        FreeStyleProject job = jenkins.createFreeStyleProject(name);
        job.setAssignedNode(agent);
        return job;
    }

    private String storeUrl() {
        return "http://localhost:" + store.getAddress().getPort();
    }

    /** @param mark mark of the build step that runs until the build is aborted */
    private void assertKept(Job<?, ?> job, Run<?, ?> run, String mark) throws Exception {
        DaemonSteps.await(mark, true);
        List<String> found = new ArrayList<>();
        found.addAll(inProcesses());
        found.addAll(inFiles());
        secrets.put(CONTROL, mark);
        assertThat(inProcesses(), is(not(empty())));
        secrets.remove(CONTROL);
        run.getExecutor().interrupt(Result.ABORTED);
        jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(run));

        String log = JenkinsRule.getLog(run);
        assertThat(log, containsString("given 128 bytes"));
        assertThat(log, containsString("from the repository"));
        assertThat(log, containsString("****"));
        found.addAll(inFiles());
        Map<String, String> pages = pages(job, run);
        found.addAll(inPages(pages));
        agent.toComputer().getLogRecords().forEach(records::publish);
        logged.forEach(line ->
                found.addAll(in(line, "a log: " + line.lines().findFirst().orElse(""))));
        assertThat(found, is(empty()));
        // The search would have found secrets.
        assertThat(logged, is(not(empty())));
        for (String before : List.of("", "a", "ab", "abc")) {
            String around = before + secrets.get("text") + "\n";
            String encoded = Base64.getEncoder().encodeToString(around.getBytes(StandardCharsets.UTF_8));
            assertThat(in("x" + encoded, "it"), is(List.of("text in it")));
        }
        secrets.put(CONTROL, mark);
        assertThat(inFiles(), is(not(empty())));
        assertThat(inPages(pages), is(not(empty())));
    }

    /** Returns what Jenkins sends for each page. */
    private Map<String, String> pages(Job<?, ?> job, Run<?, ?> run) throws Exception {
        List<String> pages = new ArrayList<>();
        for (String page : List.of(
                "",
                "configure",
                "config.xml",
                "api/json?depth=5",
                "api/xml?depth=5",
                "treenq/",
                "treenq/api/json?depth=5")) {
            pages.add(job.getUrl() + page);
        }
        for (String page : List.of(
                "",
                "console",
                "consoleText",
                "api/json?depth=5",
                "api/xml?depth=5",
                "treenq/",
                "treenq/api/json?depth=5")) {
            pages.add(run.getUrl() + page);
        }
        for (TimelinePage build : run.getAction(ImagesAction.class).getBuilds()) {
            String page = run.getUrl() + "treenq/" + build.getNumber() + "/";
            pages.add(page);
            pages.add(page + "api/json?depth=5");
            for (ExportedStep step : build.getSteps()) {
                pages.add(page + "log?step=" + step.number());
            }
        }
        pages.addAll(List.of("configure", "log/all", "computer/remote/", "computer/remote/log", "credentials/"));
        JenkinsRule.WebClient client = jenkins.createWebClient().withThrowExceptionOnFailingStatusCode(false);
        Map<String, String> contents = new LinkedHashMap<>();
        for (String page : pages) {
            // Only the scripts of forms make Jenkins do something, which it could log.
            client.getOptions().setJavaScriptEnabled(page.endsWith("configure"));
            contents.put(page, client.goTo(page, null).getWebResponse().getContentAsString());
        }
        return contents;
    }

    private List<String> inPages(Map<String, String> pages) {
        List<String> found = new ArrayList<>();
        pages.forEach((page, content) -> found.addAll(in(content, page)));
        return found;
    }

    /** Searches the files that the controller and the agent have written since the test began. */
    private List<String> inFiles() throws IOException {
        List<String> found = new ArrayList<>();
        for (Path root : Set.of(
                jenkins.jenkins.getRootDir().toPath(),
                Path.of(agent.getRemoteFS()),
                agentTemp,
                Path.of(System.getProperty("java.io.tmpdir")))) {
            Files.walkFileTree(root, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                    // Other JVMs have their Jenkins homes in the same folder, and some of their jobs contain the
                    // password of the registry.
                    return !folder.equals(root)
                                    && folder.getFileName().toString().startsWith(JENKINS_HOME)
                            ? FileVisitResult.SKIP_SUBTREE
                            : FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    if (attributes.isRegularFile()
                            && attributes.lastModifiedTime().compareTo(FileTime.from(start)) >= 0) {
                        found.addAll(in(Files.readString(file, StandardCharsets.ISO_8859_1), file.toString()));
                    }
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException e) {
                    return FileVisitResult.CONTINUE;
                }
            });
        }
        return found;
    }

    /** Searches the arguments and environments of all readable processes of the machine. */
    private List<String> inProcesses() throws IOException {
        List<String> found = new ArrayList<>();
        for (ProcessHandle process : ProcessHandle.allProcesses().toList()) {
            for (String what : List.of("cmdline", "environ")) {
                Path file = Path.of("/proc", String.valueOf(process.pid()), what);
                try {
                    found.addAll(in(Files.readString(file, StandardCharsets.ISO_8859_1), file.toString()));
                } catch (IOException e) {
                    // The process has ended, or belongs to another user.
                }
            }
        }
        return found;
    }

    private List<String> in(String text, String where) {
        List<String> found = new ArrayList<>();
        secrets.forEach((kind, secret) -> {
            if (forms.computeIfAbsent(secret, SecretsTest::forms).stream().anyMatch(text::contains)) {
                found.add(kind + " in " + where);
            }
        });
        return found;
    }

    /** Returns the lines of a secret, and its base64 at each of the three offsets within a longer text. */
    private static Set<String> forms(String secret) {
        Set<String> forms = new LinkedHashSet<>();
        secret.lines()
                .filter(line -> line.length() >= SHORTEST && !line.startsWith("-----"))
                .forEach(forms::add);
        for (int before = 0; before < 3; before++) {
            String encoded =
                    Base64.getEncoder().encodeToString((" ".repeat(before) + secret).getBytes(StandardCharsets.UTF_8));
            // The first and last characters also encode bits of the surrounding text.
            String certain = encoded.substring(4, Math.min(encoded.length() - 4, LONGEST));
            forms.add(certain);
            forms.add(certain.replace('+', '-').replace('/', '_'));
        }
        return forms;
    }
}
