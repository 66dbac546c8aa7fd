// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.LocalSource;
import io.jenkins.plugins.treenq.buildkit.Output;
import io.jenkins.plugins.treenq.buildkit.files.RootedPath;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogins;
import io.jenkins.plugins.treenq.buildkit.session.Secrets;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import io.jenkins.plugins.treenq.buildkit.session.SshAgent;
import io.jenkins.plugins.treenq.buildkit.session.Upload;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/**
 * A build whose files were found: the request, and the files of the client's machine that the daemon may read and
 * write. {@link SessionContent} describes the components.
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

    /**
     * Returns the content of the Dockerfile.
     *
     * @param mostBytes number of bytes after which the content is cut off
     * @return empty if the daemon fetches the Dockerfile itself, or the Dockerfile cannot be read
     */
    public String dockerfileText(int mostBytes) {
        String name = request.options().getOrDefault("filename", "Dockerfile");
        try {
            if (locals.get("dockerfile") instanceof LocalSource.Files files) {
                return text(files.contents().getOrDefault(name, new byte[0]), mostBytes);
            }
            if (locals.get("dockerfile") instanceof LocalSource.Folder folder) {
                try (InputStream in =
                        Channels.newInputStream(new RootedPath(folder.path().resolve(name), boundary).read())) {
                    return text(in.readNBytes(mostBytes), mostBytes);
                }
            }
        } catch (IOException e) {
            // The build itself reports what is wrong with the Dockerfile.
        }
        return "";
    }

    private static String text(byte[] bytes, int mostBytes) {
        return new String(bytes, 0, Math.min(bytes.length, mostBytes), StandardCharsets.UTF_8);
    }

    /** Returns the content of the build's session, which includes secrets. */
    public SessionContent content(RegistryLogins logins, Secrets secrets, Map<String, SshAgent> ssh, String sharedKey) {
        return new SessionContent(locals, logins, secrets, ssh, outputs, layouts, uploads, sharedKey, boundary);
    }
}
