// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.LocalSource;
import io.jenkins.plugins.treenq.buildkit.Output;
import io.jenkins.plugins.treenq.buildkit.RegistryLogins;
import io.jenkins.plugins.treenq.buildkit.Secrets;
import io.jenkins.plugins.treenq.buildkit.SessionContent;
import io.jenkins.plugins.treenq.buildkit.SshAgent;
import io.jenkins.plugins.treenq.buildkit.Upload;
import java.nio.file.Path;
import java.util.Map;

/**
 * A build whose files were found: the request, and what of this machine the daemon may read and write for it; see
 * {@link SessionContent}.
 */
public record PreparedBuild(
        BuildRequest request,
        Map<String, LocalSource> locals,
        Map<Integer, Output> outputs,
        Map<String, Path> layouts,
        Map<String, Upload> uploads,
        Path boundary) {
    public PreparedBuild {
        locals = Map.copyOf(locals);
        outputs = Map.copyOf(outputs);
        layouts = Map.copyOf(layouts);
        uploads = Map.copyOf(uploads);
    }

    /** Together with what is secret. */
    public SessionContent content(
            RegistryLogins logins, Secrets secrets, Map<String, SshAgent> ssh, String sharedKey) {
        return new SessionContent(locals, logins, secrets, ssh, outputs, layouts, uploads, sharedKey, boundary);
    }
}
