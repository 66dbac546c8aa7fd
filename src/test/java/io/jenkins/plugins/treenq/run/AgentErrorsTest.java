// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import hudson.AbortException;
import hudson.EnvVars;
import hudson.FilePath;
import hudson.model.FreeStyleBuild;
import hudson.model.Node;
import hudson.model.TaskListener;
import hudson.security.ACL;
import hudson.security.ACLContext;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.client.DockerfileBuild;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import io.jenkins.plugins.treenq.credentials.BuildCredentials;
import io.jenkins.plugins.treenq.harness.SharedJenkins;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import jenkins.model.Jenkins;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.InboundAgentExtension;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;

/**
 * Errors of an agent's JVM and invalid results of an agent: the controller gets the reason, and the step does not wait
 * for a result that never arrives.
 */
@SharedJenkins
class AgentErrorsTest {
    @RegisterExtension
    private final InboundAgentExtension agents = new InboundAgentExtension();

    private JenkinsRule jenkins;
    private FreeStyleBuild run;

    @BeforeEach
    void start(JenkinsRule rule) throws Exception {
        jenkins = rule;
        Configured.with(Daemon.first());
        run = jenkins.buildAndAssertSuccess(jenkins.createFreeStyleProject());
    }

    /** A new thread inherits the authentication of the thread that creates it. */
    @Test
    void threadsOfTheControllerRunAsTheSystemUser() throws Exception {
        try (ACLContext ignored = ACL.as2(new UsernamePasswordAuthenticationToken("somebody", "", List.of()))) {
            for (Executor threads : List.of(Async.SHORT, Async.BLOCKING, Async.REGISTRIES)) {
                assertEquals(
                        ACL.SYSTEM2,
                        Async.call(threads, Jenkins::getAuthentication2).get(1, TimeUnit.MINUTES));
            }
        }
    }

    /** A task that ends in the selected way. */
    private static final class Ending implements AgentTask<String> {
        private static final long serialVersionUID = 1;

        private final String how;

        Ending(String how) {
            this.how = how;
        }

        @Override
        public CompletableFuture<String> on(
                BuildkitClient client, BuildRequest request, SessionContent content, Console console) {
            return switch (how) {
                case "memory" -> throw new OutOfMemoryError("Java heap space");
                case "stack" -> throw new StackOverflowError();
                case "class" -> throw new NoClassDefFoundError("some/Class");
                case "later" -> CompletableFuture.failedFuture(new OutOfMemoryError("Metaspace"));
                case "thread" ->
                    Async.call(Async.BLOCKING, () -> {
                        throw new StackOverflowError("deep");
                    });
                case "unsendable" -> CompletableFuture.failedFuture(new Unsendable());
                default -> CompletableFuture.completedFuture(how);
            };
        }

        @Override
        public String checked(Object answer) {
            if (!"right".equals(answer)) {
                throw new IllegalArgumentException("it is wrong");
            }
            return "right";
        }

        @Override
        public String activity() {
            return "Ending";
        }
    }

    /** An exception that cannot be serialized. */
    private static final class Unsendable extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final Object secret = new Object();

        Unsendable() {
            super("cannot be sent");
        }
    }

    private CompletableFuture<String> begin(FilePath folder, String how) throws Exception {
        DockerfileBuild build = DockerfileBuild.builder().build();
        ImageOrder order = ImageOrder.builder(build).build();
        AgentBuildInput materials = new AgentBuildInput(
                build,
                "default",
                Daemon.first().endpoint(),
                RegistryAccess.only(Map.of(), run, TaskListener.NULL),
                SecretsOnAgent.collect(order, BuildCredentials.of(run), new EnvVars()),
                ConsoleMasks.of(null),
                "key",
                folder.getRemote(),
                "");
        folder.child("Dockerfile").write("FROM scratch\n", null);
        Ending work = new Ending(how);
        return AgentCall.begin(folder, new AgentBuildCallable<>(work, materials, jenkins.createTaskListener(), null));
    }

    private FilePath folder(boolean remote) throws Exception {
        if (!remote) {
            return new FilePath(jenkins.jenkins.getRootDir()).child("workspace/test");
        }
        new Pipelines(jenkins).connect(agents, "agent");
        Node node = jenkins.jenkins.getNode("agent");
        return node.getRootPath().child("workspace/test");
    }

    @ParameterizedTest
    @CsvSource({
        "memory,has too little memory for the build: Java heap space; increase the heap of its JVM with -Xmx",
        "stack,cannot continue the build because of an error in its JVM (StackOverflowError)",
        "later,has too little memory for the build: Metaspace; increase the heap of its JVM with -Xmx",
        "thread,cannot continue the build because of an error in its JVM (StackOverflowError: deep)"
    })
    void anErrorOfTheJvmFailsTheStep(String how, String message) throws Exception {
        for (boolean remote : List.of(false, true)) {
            Throwable failure = failure(begin(folder(remote), how));

            assertInstanceOf(AbortException.class, failure);
            assertThat(failure.getMessage(), containsString(message));
            assertInstanceOf(Error.class, failure.getCause());
        }
    }

    @Test
    void aMissingClassFailsTheStep() throws Exception {
        Throwable failure = failure(begin(folder(true), "class"));

        assertThat(failure.getMessage(), containsString("agent 'agent' cannot load the BuildKit client"));
        assertInstanceOf(NoClassDefFoundError.class, failure.getCause());
    }

    @Test
    void anExceptionThatCannotBeSerializedKeepsItsMessage() throws Exception {
        assertThat(failure(begin(folder(true), "unsendable")).getMessage(), containsString("cannot be sent"));
    }

    @Test
    void anInvalidResultOfAnAgentIsRefused() throws Exception {
        FilePath folder = folder(true);
        assertEquals("right", begin(folder, "right").get(1, TimeUnit.MINUTES));

        Throwable failure = failure(begin(folder, "wrong"));

        assertInstanceOf(AbortException.class, failure);
        assertEquals("agent 'agent' sent an invalid result: it is wrong", failure.getMessage());
    }

    private static Throwable failure(CompletableFuture<?> result) {
        return assertThrows(ExecutionException.class, () -> result.get(1, TimeUnit.MINUTES))
                .getCause();
    }
}
