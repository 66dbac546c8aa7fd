// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.util.Map;
import java.util.Objects;

/**
 * Everything that a daemon may ask for during one build; it can get nothing else.
 *
 * @param locals trees of files by name
 * @param logins of registries
 * @param secrets by id
 * @param sharedKey under which the daemon keeps the sent trees for the next build; empty shares them with every client
 *     that sends none. Whoever knows it can read them, so it must be unguessable.
 */
public record SessionContent(Map<String, LocalSource> locals, RegistryLogins logins, Secrets secrets, String sharedKey) {
    public SessionContent {
        locals = Map.copyOf(locals);
        Objects.requireNonNull(logins);
        Objects.requireNonNull(secrets);
        Objects.requireNonNull(sharedKey);
    }

    /** Trees of files and nothing secret. */
    public static SessionContent of(Map<String, LocalSource> locals) {
        return new SessionContent(locals, RegistryLogins.NONE, Secrets.NONE, "");
    }

    @Override
    public String toString() {
        return "SessionContent[locals=" + locals.keySet() + "]";
    }
}
