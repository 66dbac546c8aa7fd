// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.session;

import io.jenkins.plugins.treenq.buildkit.LocalSource;
import io.jenkins.plugins.treenq.buildkit.Output;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogins;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/**
 * The data that the daemon may request during one build, and the destinations of its results. The daemon has access to
 * nothing else.
 *
 * @param locals files by name
 * @param logins credentials of registries
 * @param secrets secrets by ID
 * @param ssh SSH agents by ID; {@code default} is the ID of {@code --mount=type=ssh} without an ID
 * @param outputs destinations of results, by the position of the exporter in the request
 * @param layouts OCI layouts by store ID: {@code oci:NAME} for the named context {@code oci-layout://NAME@DIGEST},
 *     {@code local:FOLDER} for a local cache with this {@code src} or {@code dest}. Of these, the daemon may write only
 *     to the destinations of cache exporters
 * @param uploads uploads by the path of their address {@code http://buildkit-session/PATH}
 * @param sharedKey key under which the daemon keeps the received files for the next build. Everyone who knows the key
 *     can read the files, so the key must be unguessable. An empty key shares the files with all clients that send an
 *     empty key
 * @param boundary folder that contains the folders of locals, outputs and layouts. Links inside of the boundary are not
 *     followed, even if they are created during the build. Null if the folders were named by a user who may access all
 *     files of the machine; then links that lead to one of the folders are followed, and links inside of the folder are
 *     not
 */
public record SessionContent(
        Map<String, LocalSource> locals,
        RegistryLogins logins,
        Secrets secrets,
        Map<String, SshAgent> ssh,
        Map<Integer, Output> outputs,
        Map<String, Path> layouts,
        Map<String, Upload> uploads,
        String sharedKey,
        Path boundary) {
    public SessionContent {
        locals = Map.copyOf(locals);
        Objects.requireNonNull(logins);
        Objects.requireNonNull(secrets);
        ssh = Map.copyOf(ssh);
        outputs = Map.copyOf(outputs);
        layouts = Map.copyOf(layouts);
        uploads = Map.copyOf(uploads);
        Objects.requireNonNull(sharedKey);
    }

    /** Creates content with files, logins and secrets only. */
    public SessionContent(Map<String, LocalSource> locals, RegistryLogins logins, Secrets secrets, String sharedKey) {
        this(locals, logins, secrets, Map.of(), Map.of(), Map.of(), Map.of(), sharedKey);
    }

    /** Creates content without a boundary, for a user who may access all files of the machine. */
    public SessionContent(
            Map<String, LocalSource> locals,
            RegistryLogins logins,
            Secrets secrets,
            Map<String, SshAgent> ssh,
            Map<Integer, Output> outputs,
            Map<String, Path> layouts,
            Map<String, Upload> uploads,
            String sharedKey) {
        this(locals, logins, secrets, ssh, outputs, layouts, uploads, sharedKey, null);
    }

    /** Returns the same content with another shared key. */
    public SessionContent withSharedKey(String key) {
        return new SessionContent(locals, logins, secrets, ssh, outputs, layouts, uploads, key, boundary);
    }

    /** Returns the same content with other local sources. */
    public SessionContent withLocals(Map<String, LocalSource> others) {
        return new SessionContent(others, logins, secrets, ssh, outputs, layouts, uploads, sharedKey, boundary);
    }

    @Override
    public String toString() {
        return "SessionContent[locals=" + locals.keySet() + "]";
    }
}
