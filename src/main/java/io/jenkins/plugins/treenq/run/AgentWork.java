// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.SessionContent;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import java.io.Serializable;

/** What is asked of a daemon, once the files and everything secret are at hand. */
interface AgentWork<T extends Serializable> extends Serializable {
    T on(BuildkitClient client, BuildRequest request, SessionContent content, Console console)
            throws BuildkitException, InterruptedException;

    /** What is being done, as the first word of a line: {@code Building}. */
    String doing();
}
