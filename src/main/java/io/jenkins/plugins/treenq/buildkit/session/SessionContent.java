// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.session;

import io.jenkins.plugins.treenq.buildkit.LocalSource;
import io.jenkins.plugins.treenq.buildkit.Output;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogins;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/**
 * Everything that a daemon may ask for during one build, and everything it may send back; it can reach nothing else.
 *
 * @param locals trees of files by name
 * @param logins of registries
 * @param secrets by id
 * @param ssh agents by id; {@code default} is the one of {@code --mount=type=ssh} without an id
 * @param outputs where an export comes back to, by its index in the request
 * @param layouts OCI layouts by store id: {@code oci:NAME} for a context {@code oci-layout://NAME@DIGEST},
 *     {@code local:FOLDER} for local cache that has this {@code src} or {@code dest}; only what cache is exported to is
 *     written
 * @param uploads streams by the path of their address {@code http://buildkit-session/PATH}
 * @param sharedKey under which the daemon keeps the sent trees for the next build; empty shares them with every client
 *     that sends none. Whoever knows it can read them, so it must be unguessable.
 * @param boundary of the folders of locals, outputs and layouts, which lie below it: no link below it is followed,
 *     whoever puts one there meanwhile. Null when whoever named the folders may reach everything; links that lead to a
 *     folder are followed then, and none below the folder.
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

    /** Trees of files, logins and secrets; none of what fewer builds need. */
    public SessionContent(Map<String, LocalSource> locals, RegistryLogins logins, Secrets secrets, String sharedKey) {
        this(locals, logins, secrets, Map.of(), Map.of(), Map.of(), Map.of(), sharedKey);
    }

    /** Folders of somebody who may reach everything. */
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

    @Override
    public String toString() {
        return "SessionContent[locals=" + locals.keySet() + "]";
    }
}
