// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.jenkins.plugins.sshcredentials.impl.BasicSSHUserPrivateKey;
import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SecretBytes;
import com.sun.net.httpserver.HttpServer;
import hudson.FilePath;
import hudson.model.Result;
import hudson.util.Secret;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.Registry;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.control.HistoryQuery;
import io.jenkins.plugins.treenq.buildkit.ssh.SshKeyFormats;
import io.jenkins.plugins.treenq.harness.SharedJenkins;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jenkinsci.plugins.plaincredentials.impl.FileCredentialsImpl;
import org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;

/** Parameters of the build step other than tags, on a real daemon. */
@SharedJenkins
class ParametersTest {
    private JenkinsRule jenkins;
    private Daemon daemon;
    private String repository;
    private WorkflowJob job;

    @TempDir
    private Path folder;

    @BeforeEach
    void start(JenkinsRule rule) throws Exception {
        jenkins = rule;
        daemon = Daemon.first();
        repository = "test-" + UUID.randomUUID().toString().substring(0, 8);
        Configured.with(daemon);
        job = jenkins.createProject(WorkflowJob.class, "job");
    }

    @Test
    void secretsComeFromCredentialsVariablesAndFiles() throws Exception {
        Configured.add(
                new StringCredentialsImpl(CredentialsScope.GLOBAL, "text", "", Secret.fromString("text-of-a-secret")),
                new FileCredentialsImpl(
                        CredentialsScope.GLOBAL,
                        "file",
                        "",
                        "file.txt",
                        SecretBytes.fromBytes("file-of-a-secret".getBytes(StandardCharsets.UTF_8))),
                Configured.login("login", "user", "password-of-a-secret"));

        WorkflowRun run = success("""
                writeFile file: 'own', text: 'workspace-of-a-secret'
                withEnv(['TOKEN=variable-of-a-secret']) {
                    treenqBuild noCache: true, tags: [], dockerfileText: '''FROM busybox
                RUN %s for f in /run/secrets/*; do echo "$f $(wc -c < $f) $(cat $f)"; done
                ''', secrets: [
                        secret(id: 'text', credentialsId: 'text'), secret(id: 'file', credentialsId: 'file'),
                        secret(id: 'login', credentialsId: 'login'), secret(id: 'variable', env: 'TOKEN'),
                        secret(id: 'own', file: 'own')]
                }
                """.formatted(String.join(
                " ",
                List.of("text", "file", "login", "variable", "own").stream()
                        .map(id -> "--mount=type=secret,id=" + id + ",required=true")
                        .toList())));

        String log = JenkinsRule.getLog(run);
        for (String line :
                List.of("text 16 ****", "file 16 ****", "login 20 ****", "variable 20 ****", "own 21 ****")) {
            assertThat(log, containsString("/run/secrets/" + line));
        }
        assertThat(log, not(containsString("-of-a-secret")));
    }

    @Test
    void missingSecretsAndKeysFailTheStepBeforeTheBuild() throws Exception {
        assertFails(
                "secrets: [secret(id: 'a', credentialsId: 'no-such')]",
                "credentials 'no-such' were not found, or may not be used here;"
                        + " secret 'a' needs a secret text, a secret file or a username with password, check the id");
        assertFails("secrets: [secret(id: 'a', env: 'NOT_SET')]", "secret 'a': the variable 'NOT_SET' is not set");
        assertFails("secrets: [secret(id: 'a')]", "secret 'a' needs exactly one of credentialsId, env and file");
        assertFails(
                "secrets: [secret(id: 'a', file: '../../config.xml')]",
                "secret 'a' '" + workspace() + "/../../config.xml' is outside of '" + workspace() + "'");
        assertFails(
                "ssh: [sshKey('no-such')]",
                "credentials 'no-such' were not found, or may not be used here;"
                        + " ssh 'default' needs an SSH username with private key, check the id");
        assertFails(
                "ssh: [sshAgent()]",
                "ssh 'default': no SSH agent was found, because the variable SSH_AUTH_SOCK is not set;"
                        + " set the socket, or run the step inside sshagent");
    }

    @Test
    void buildStepsUseAnSshKeyThroughAnAgentOnly() throws Exception {
        String pem = SshKeyFormats.openSsh(SshKeyFormats.pair("EC", 256), "open sesame");
        Configured.add(sshKey("deploy-key", pem, "open sesame"));

        // Asks the agent for its keys in its own protocol: a length of 1, and the type 11.
        String log = JenkinsRule.getLog(success("""
                treenqBuild noCache: true, tags: [], ssh: [sshKey('deploy-key')], dockerfileText: '''FROM busybox
                RUN --mount=type=ssh (printf '\\\\\\\\0\\\\\\\\0\\\\\\\\0\\\\\\\\1\\\\\\\\13'; sleep 1) | nc local:$SSH_AUTH_SOCK | tr -cd 'a-z0-9-'; ls -l $SSH_AUTH_SOCK
                '''
                """));

        assertThat(log, containsString("/run/buildkit/ssh_agent.0"));
        assertThat(log, not(containsString(pem.lines().skip(1).findFirst().orElseThrow())));
    }

    private static BasicSSHUserPrivateKey sshKey(String id, String pem, String passphrase) {
        return new BasicSSHUserPrivateKey(
                CredentialsScope.GLOBAL,
                id,
                "git",
                new BasicSSHUserPrivateKey.DirectEntryPrivateKeySource(pem),
                passphrase,
                "");
    }

    @Test
    void anUnusableSshKeyFailsTheStepWithARemedy() throws Exception {
        String pem = SshKeyFormats.openSsh(SshKeyFormats.pair("EC", 256), "open sesame");
        Configured.add(
                sshKey("without", pem, ""),
                sshKey("wrong", pem, "open says me"),
                sshKey("putty", "PuTTY-User-Key-File-3: ssh-ed25519", ""));

        assertFails(
                "ssh: [sshKey('without')]",
                "credentials 'without': the SSH key is encrypted; add its passphrase to the credentials");
        assertFails(
                "ssh: [sshKey('wrong')]",
                "credentials 'wrong': the SSH key cannot be used: the passphrase is wrong, or the key is damaged;"
                        + " check the passphrase");
        assertFails(
                "ssh: [sshKey('putty')]",
                "credentials 'putty': the SSH key cannot be used: it is in PuTTY's own format; export it in PuTTYgen with"
                        + " Conversions, Export OpenSSH key");
    }

    @Test
    void cacheIsExportedToARegistryAndImportedFromIt() throws Exception {
        String cache = daemon.registry() + "/" + repository + "-cache";
        String build = """
                writeFile file: 'Dockerfile', text: 'FROM busybox\\nRUN echo %s > /a\\n'
                treenqBuild tags: ['%s:1'], cacheFrom: [registryCache('%s')],
                    cacheTo: [registryCache(ref: '%s', mode: 'max', options: [compression: 'gzip'])]
                """.formatted(repository, image(), cache, cache);

        jenkins.assertLogContains("exporting cache to registry", success(build));
        assertTrue(new Registry(daemon).digest(repository + "-cache", "latest").isPresent());
        jenkins.assertLogContains("importing cache manifest from " + cache, success(build));
        // A cache that cannot be exported fails the build unless ignoreError is set.
        String nowhere = "treenqBuild dockerfileText: 'FROM busybox\\nRUN true', tags: ['" + image()
                + ":1'], cacheTo: [registryCache(ref: 'localhost:1/cache', ignoreError: %s)]";
        run(nowhere.formatted(false), Result.FAILURE);
        success(nowhere.formatted(true));
    }

    @Test
    void cacheIsExportedToTheWorkspaceAndImportedFromIt() throws Exception {
        String build = """
                writeFile file: 'Dockerfile', text: 'FROM busybox\\nRUN echo %s > /b\\n'
                treenqBuild tags: [], cacheFrom: [localCache('cache')], cacheTo: [localCache(path: 'cache', mode: 'max')]
                """.formatted(repository);

        success(build);
        assertTrue(workspacePath().child("cache/index.json").exists());
        jenkins.assertLogContains("importing cache manifest from local", success(build));
    }

    @Test
    void outputsAreWrittenToTheWorkspace() throws Exception {
        success("""
                treenqBuild tags: ['%s:1'], push: false, dockerfileText: 'FROM scratch\\nCOPY hello /bin/hello', context: 'in',
                    outputs: [output(type: 'local', dest: 'out/files'), output(type: 'tar', dest: 'out/files.tar'),
                              output(type: 'oci', dest: 'out/oci.tar', options: [compression: 'zstd']),
                              output(type: 'docker', dest: 'out/docker.tar')]
                """.formatted(image()), "writeFile file: 'in/hello', text: 'hi'");

        FilePath out = workspacePath().child("out");
        assertEquals("hi", out.child("files/bin/hello").readToString());
        for (String archive : List.of("files.tar", "oci.tar", "docker.tar")) {
            assertTrue(out.child(archive).length() > 512, archive);
        }
    }

    @Test
    void aJobReadsAndWritesNothingOutsideOfItsWorkspaceAndOpensNoFifo() throws Exception {
        String log = JenkinsRule.getLog(run("""
                sh 'mkfifo pipe; mkdir -p a/b/c a/outside ../outside; ln -s a/b/c l'
                sh 'echo secret > ../outside/secret.txt; echo inside > a/outside/secret.txt'
                writeFile file: 'secret.txt', text: 'FROM scratch\\nCOPY --from=d / /\\n'
                writeFile file: 'Dockerfile', text: 'FROM busybox\\n'
                treenqBuild tags: [], dockerfile: 'l/../../outside/secret.txt', contexts: [df: '.'],
                    frontendOptions: [dockerfilekey: 'df', 'context:d': 'local:dockerfile'],
                    outputs: [output(type: 'local', dest: 'out')]
                echo "got ${readFile('out/secret.txt').trim()}"
                for (arguments in [
                        [secrets: [secret(id: 's', file: 'pipe')]],
                        [dockerfile: 'pipe'],
                        [outputs: [output(type: 'local', dest: 'nest'), output(type: 'oci', dest: 'nest/sub/x.tar')]]]) {
                    try {
                        treenqBuild([tags: []] + arguments)
                        error 'it was built'
                    } catch (hudson.AbortException e) {
                        echo "refused: ${e.message}"
                    }
                }
                """, Result.SUCCESS));

        assertThat(log, containsString("got inside"));
        assertThat(log, containsString("/pipe' cannot be read: it is not a regular file"));
        assertThat(log, containsString("/pipe' is not a file"));
        assertThat(
                log,
                containsString("refused: the output 'nest/sub/x.tar' is in the output 'nest'; choose a path "
                        + "outside of it"));
    }

    @Test
    void contextsCanBeArchivesAndFolders() throws Exception {
        String log = JenkinsRule.getLog(success("""
                dir('in') { writeFile file: 'Dockerfile', text: 'FROM busybox\\nCOPY hello /hello\\nCOPY --from=more x /x\\nRUN cat /hello /x' }
                writeFile file: 'in/hello', text: 'from the archive\\n'
                writeFile file: 'other/x', text: 'from the folder\\n'
                sh 'tar -czf context.tar.gz -C in .'
                treenqBuild tags: [], noCache: true, context: 'context.tar.gz', contexts: [more: 'other']
                """));

        assertThat(log, containsString("from the archive"));
        assertThat(log, containsString("from the folder"));
    }

    @Test
    void theDaemonFetchesARepositoryWithALogin() throws Exception {
        Path repository = repository();
        HttpServer server = server(
                repository,
                "Basic "
                        + Base64.getEncoder().encodeToString("git-user:git-password".getBytes(StandardCharsets.UTF_8)));
        try {
            Configured.add(Configured.login("git", "git-user", "git-password"));
            String address = "http://localhost:" + server.getAddress().getPort() + "/shop.git#main";

            String log = JenkinsRule.getLog(success("treenqBuild tags: ['" + image() + ":1'], noCache: true, context: '"
                    + address + "', contextCredentialsId: 'git'"));

            assertThat(log, containsString("from the repository"));
            assertThat(log, not(containsString("git-password")));
            // The build needs no agent.
            job.setDefinition(new CpsFlowDefinition(
                    "treenqBuild tags: [], noCache: true, context: '" + address + "', contextCredentialsId: 'git'",
                    true));
            jenkins.assertLogContains("from the repository", jenkins.buildAndAssertSuccess(job));
            assertThat(
                    JenkinsRule.getLog(run("treenqBuild tags: [], context: '" + address + "'", Result.FAILURE)),
                    containsString("ERROR: building Dockerfile on builder 'default' failed: "));
        } finally {
            server.stop(0);
        }
    }

    @Test
    void aContextOfFilesNeedsAWorkspace() throws Exception {
        job.setDefinition(new CpsFlowDefinition("treenqBuild tags: []", true));

        WorkflowRun run = jenkins.assertBuildStatus(Result.FAILURE, job.scheduleBuild2(0));

        jenkins.assertLogContains(
                "ERROR: the build needs a workspace; run the step inside node, or use the URL of a Git repository or"
                        + " archive as the context",
                run);
    }

    @Test
    void buildsCannotUseTheControllersSshAgent() throws Exception {
        job.setDefinition(new CpsFlowDefinition(
                "treenqBuild tags: [], context: 'https://localhost:1/a.git', ssh: [sshAgent(socket: '/tmp/agent')]",
                true));

        WorkflowRun run = jenkins.assertBuildStatus(Result.FAILURE, job.scheduleBuild2(0));

        jenkins.assertLogContains(
                "ERROR: sshAgent needs an SSH agent on the machine of the build, and builds cannot use the controller's;"
                        + " run the step inside node, or use sshKey instead",
                run);
    }

    /** A bare repository that is served as plain files. */
    private Path repository() throws Exception {
        Path work = Files.createDirectory(folder.resolve("work"));
        Files.writeString(work.resolve("Dockerfile"), "FROM busybox\nCOPY hello /hello\nRUN cat /hello\n");
        Files.writeString(work.resolve("hello"), "from the repository\n");
        git(work, "init", "-q", "-b", "main");
        git(work, "add", ".");
        git(work, "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-q", "-m", "first");
        git(folder, "clone", "-q", "--bare", "work", "shop.git");
        git(folder.resolve("shop.git"), "update-server-info");
        return folder;
    }

    private static void git(Path folder, String... arguments) throws IOException, InterruptedException {
        List<String> line = new java.util.ArrayList<>(List.of("git"));
        line.addAll(List.of(arguments));
        Process process =
                new ProcessBuilder(line).directory(folder.toFile()).inheritIO().start();
        assertEquals(0, process.waitFor(), String.join(" ", line));
    }

    private static HttpServer server(Path root, String authorization) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                Path file = root.resolve(exchange.getRequestURI().getPath().substring(1));
                if (!authorization.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                    exchange.getResponseHeaders().add("WWW-Authenticate", "Basic realm=\"git\"");
                    exchange.sendResponseHeaders(401, -1);
                } else if (!Files.isRegularFile(file)) {
                    exchange.sendResponseHeaders(404, -1);
                } else {
                    exchange.sendResponseHeaders(200, 0);
                    Files.copy(file, exchange.getResponseBody());
                }
            }
        });
        server.start();
        return server;
    }

    @Test
    void provenanceAndPushByDigestAreApplied() throws Exception {
        success("""
                treenqBuild tags: ['%s:plain'], dockerfileText: 'FROM busybox\\nRUN true'
                treenqBuild tags: ['%s:attested'], dockerfileText: 'FROM busybox\\nRUN true', provenance: 'mode=max'
                treenqBuild tags: ['%s'], pushByDigest: true, dockerfileText: 'FROM scratch\\nLABEL a=c',
                    imageOptions: ['oci-mediatypes': 'true'], annotations: ['org.example.a': 'b']
                """.formatted(image(), image(), image()));

        Registry registry = new Registry(daemon);
        String plain = registry.digest(repository, "plain").orElseThrow();
        assertThat(registry.digest(repository, "attested").orElseThrow(), not(is(plain)));
        assertTrue(registry.digest(repository, "latest").isEmpty());
    }

    @Test
    void provenanceNamesTheCommitOfTheWorkspace() throws Exception {
        success("""
                sh '''git init -q -b main && git remote add origin https://user:hush@example.com/shop.git
                echo 'FROM scratch' > Dockerfile && echo 'LABEL a=b' >> Dockerfile && git add . &&
                git -c user.name=t -c user.email=t@example.com commit -q -m first && git rev-parse HEAD > commit'''
                treenqBuild tags: ['%s:1'], provenance: 'mode=max'
                """.formatted(image()));

        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            Map<String, String> options = client.history(HistoryQuery.ALL).stream()
                    .filter(record -> record.exports().stream().anyMatch(export -> (image() + ":1")
                            .equals(export.attributes().get("name"))))
                    .findFirst()
                    .orElseThrow()
                    .options();
            assertEquals(workspacePath().child("commit").readToString().strip(), options.get("vcs:revision"));
            assertEquals("https://example.com/shop.git", options.get("vcs:source"));
            assertEquals(".", options.get("vcs:localdir:context"));
        }
    }

    @Test
    void buildStepsHaveTheRequestedHostsAndLimits() throws Exception {
        String log = JenkinsRule.getLog(success("""
                treenqBuild noCache: true, tags: [], dockerfileText: '''FROM busybox
                RUN grep mirror /etc/hosts; ulimit -n; df -k /dev/shm | tail -n 1
                ''', addHosts: ['mirror.example.com': '10.0.0.7'], ulimits: ['nofile=77:77'], shmSize: '32m'
                """));

        assertThat(log, containsString("10.0.0.7\tmirror.example.com"));
        assertThat(log, containsString(" 77"));
        assertThat(log, containsString(" 32768 "));
    }

    @Test
    void aSourcePolicyIsEnforced() throws Exception {
        WorkflowRun run = run("""
                treenqBuild tags: [], dockerfileText: 'FROM busybox\\nRUN true', sourcePolicy: '''
                {"rules":[{"action":"DENY","selector":{"identifier":"docker-image://docker.io/library/busybox*"}}]}'''
                """, Result.FAILURE);

        jenkins.assertLogContains("ERROR: building the given Dockerfile on builder 'default' failed: ", run);
        jenkins.assertLogContains(
                "Dockerfile:1: a source policy forbids docker-image://docker.io/library/busybox:latest", run);
    }

    @Test
    void aDockerfileIsCheckedWithoutBeingBuilt() throws Exception {
        WorkflowRun run = success("""
                writeFile file: 'Dockerfile', text: 'from busybox AS base\\nARG VERSION=1\\nFROM base AS prod\\nRUN --mount=type=secret,id=npm echo this is not run\\n'
                def check = treenqCheck(target: 'prod')
                echo "rules=${check.warnings*.rule} line=${check.warnings[0].line} file=${check.warnings[0].file}"
                echo "targets=${check.targets*.name} secrets=${check.secrets}"
                """);

        jenkins.assertLogContains("rules=[", run);
        jenkins.assertLogContains("FromAsCasing", run);
        jenkins.assertLogContains(" line=1 file=Dockerfile", run);
        jenkins.assertLogContains("targets=[base, prod] secrets=[npm]", run);
        jenkins.assertLogContains("WARNING: FromAsCasing", run);
        jenkins.assertLogNotContains("this is not run\n#", run);
        jenkins.assertLogContains(
                "ERROR: checking Dockerfile on builder 'default' failed: the Dockerfile breaks rules: ",
                run("treenqCheck failOn: 'warning'", Result.FAILURE));
        WorkflowRun broken =
                run("writeFile file: 'Dockerfile', text: 'FROM scratch\\nNOTHING'; treenqCheck()", Result.FAILURE);
        jenkins.assertLogContains("ERROR: checking Dockerfile on builder 'default' failed: ", broken);
        jenkins.assertLogNotContains("\tat ", broken);
    }

    private String image() {
        return daemon.registry() + "/" + repository;
    }

    private String workspace() {
        return workspacePath().getRemote();
    }

    private FilePath workspacePath() {
        return jenkins.jenkins.getWorkspaceFor(job);
    }

    private void assertFails(String argument, String line) throws Exception {
        WorkflowRun run = run(
                "writeFile file: 'Dockerfile', text: 'FROM scratch'; treenqBuild tags: [], " + argument,
                Result.FAILURE);
        jenkins.assertLogContains("ERROR: " + line + System.lineSeparator(), run);
        jenkins.assertLogNotContains("\tat ", run);
    }

    private WorkflowRun success(String script, String... before) throws Exception {
        return run(String.join("\n", before) + "\n" + script, Result.SUCCESS);
    }

    private WorkflowRun run(String script, Result result) throws Exception {
        job.setDefinition(new CpsFlowDefinition("node {\n" + script + "\n}", true));
        return jenkins.assertBuildStatus(result, job.scheduleBuild2(0));
    }
}
