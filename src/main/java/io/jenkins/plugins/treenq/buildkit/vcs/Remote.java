// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.vcs;

import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.jgit.lib.BranchConfig;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.lib.Repository;

/** Determines the URL from which a repository was cloned (buildx, {@code util/gitutil/gitutil.go}). */
final class Remote {
    private Remote() {}

    /**
     * Returns the URL of the current branch's remote, or else of {@code origin} or {@code upstream}, without logins.
     * The URL is the configured one: {@code url.*.insteadOf} is not applied, because its result often contains a login.
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

    /**
     * Removes the login from a URL. With SSH, the user is a part of the address and is kept without a password. In
     * other URLs, the user belongs to the login, and the query may contain a token.
     */
    private static String withoutLogin(String url) {
        if (!url.contains("://")) {
            return url;
        }
        return url.contains("ssh://")
                ? url.replaceFirst("://([^/:@]*):[^/]*@", "://$1@")
                : url.replaceFirst("://[^/]*@", "://").replaceFirst("[?#].*", "");
    }
}
