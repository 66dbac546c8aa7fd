// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.vcs;

import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.jgit.lib.BranchConfig;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.lib.Repository;

/** Where a repository was cloned from (buildx, {@code util/gitutil/gitutil.go}). */
final class Remote {
    private Remote() {}

    /**
     * The URL of the branch's own remote, of {@code origin} or {@code upstream}, with nothing secret in it. It is the
     * one that was written down: what {@code url.*.insteadOf} makes of it is often a login.
     */
    static Optional<String> of(Repository repository) throws IOException {
        Config config = repository.getConfig();
        String branch = repository.getBranch();
        String own = branch == null ? null : new BranchConfig(config, branch).getRemote();
        return Stream.of(own, "origin", "upstream")
                .filter(Objects::nonNull)
                .map(name -> config.getString("remote", name, "url"))
                .filter(Objects::nonNull)
                .findFirst()
                .map(Remote::withoutLogin);
    }

    /** A user belongs to the address with SSH, and to the login elsewhere; servers take tokens in a query, too. */
    private static String withoutLogin(String url) {
        if (!url.contains("://")) {
            return url;
        }
        return url.contains("ssh://")
                ? url.replaceFirst("://([^/:@]*):[^/]*@", "://$1@")
                : url.replaceFirst("://[^/]*@", "://").replaceFirst("[?#].*", "");
    }
}
