// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.vcs;

import io.jenkins.plugins.treenq.buildkit.RepositoryUrl;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.jgit.lib.BranchConfig;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.lib.Repository;

/** Determines the URL from which a repository was cloned (buildx, {@code util/gitutil/gitutil.go}). */
final class RemoteUrl {
    private RemoteUrl() {}

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
                .map(RepositoryUrl::withoutLogin);
    }
}
