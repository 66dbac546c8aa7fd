// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Lint;
import io.jenkins.plugins.treenq.buildkit.SessionContent;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.report.DockerfileCheck;

/** Asks the frontend about a Dockerfile, and prints the rules that it breaks. */
final class Checking implements AgentWork<DockerfileCheck> {
    private static final long serialVersionUID = 1;

    private final boolean failOnWarning;

    /** @param failOnWarning whether it may break no rule */
    Checking(boolean failOnWarning) {
        this.failOnWarning = failOnWarning;
    }

    @Override
    public DockerfileCheck on(
            BuildkitClient client, BuildRequest request, SessionContent content, Console console)
            throws BuildkitException, InterruptedException {
        Lint lint = DockerfileRules.check(client, request, content, console);
        if (failOnWarning) {
            DockerfileRules.refuse(lint);
        }
        return new DockerfileCheck(lint, client.targets(request, content), client.outline(request, content));
    }

    @Override
    public String doing() {
        return "Checking";
    }
}
