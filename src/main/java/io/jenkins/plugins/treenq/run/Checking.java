// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Lint;
import io.jenkins.plugins.treenq.buildkit.SessionContent;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.progress.SourceSnippet;
import io.jenkins.plugins.treenq.report.DockerfileCheck;
import java.util.function.Consumer;

/** Asks the frontend about a Dockerfile, and prints the rules that it breaks. */
final class Checking implements AgentWork<DockerfileCheck> {
    private static final long serialVersionUID = 1;

    @Override
    public DockerfileCheck on(
            BuildkitClient client, BuildRequest request, SessionContent content, Consumer<String> log)
            throws BuildkitException, InterruptedException {
        Lint lint = client.check(request, content);
        for (Lint.Warning warning : lint.warnings()) {
            log.accept("WARNING: " + warning.rule() + ": " + warning.detail()
                    + (warning.url().isEmpty() ? "" : " - " + warning.url()));
            if (warning.location() != null) {
                SourceSnippet.of(warning.location()).forEach(log);
            }
        }
        if (lint.problem() != null) {
            if (lint.problem().location() != null) {
                SourceSnippet.of(lint.problem().location()).forEach(log);
            }
            throw new BuildkitException.BuildFailed(
                    lint.problem().message(), lint.problem().location(), -1, null);
        }
        return new DockerfileCheck(lint, client.targets(request, content), client.outline(request, content));
    }

    @Override
    public String doing() {
        return "Checking";
    }
}
