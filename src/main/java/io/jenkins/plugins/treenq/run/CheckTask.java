// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.Lint;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import java.util.concurrent.CompletableFuture;

/** Requests a frontend's check of a Dockerfile, and prints the rules that the Dockerfile violates. */
final class CheckTask implements AgentTask<CheckedDockerfile> {
    private static final long serialVersionUID = 1;

    private final boolean failOnWarning;

    /** @param failOnWarning whether the check fails if the Dockerfile violates a rule */
    CheckTask(boolean failOnWarning) {
        this.failOnWarning = failOnWarning;
    }

    @Override
    public CompletableFuture<CheckedDockerfile> on(
            BuildkitClient client, BuildRequest request, SessionContent content, Console console) {
        return Async.call(Async.BLOCKING, () -> {
            Lint lint = client.check(request, content);
            CheckReport.report(lint, failOnWarning, console);
            return new CheckedDockerfile(lint, client.targets(request, content), client.outline(request, content));
        });
    }

    @Override
    public CheckedDockerfile checked(Object answer) {
        return AgentAnswers.dockerfile(answer);
    }

    @Override
    public String activity() {
        return "Checking";
    }
}
