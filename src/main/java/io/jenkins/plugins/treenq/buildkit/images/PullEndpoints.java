// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Digest;
import java.util.List;
import java.util.Optional;

/**
 * The repositories from which an image can be pulled: the mirrors of its registry in their order, then the repository
 * in the registry itself.
 */
final class PullEndpoints {
    private final List<PullRepository> repositories;

    /** @param repositories at least one repository */
    PullEndpoints(List<PullRepository> repositories) {
        this.repositories = repositories;
    }

    /**
     * A manifest that was found.
     *
     * @param repository the repository that has the manifest and everything else of the image
     */
    record Found(PullRepository repository, Manifest manifest) {}

    private interface Lookup<T> {
        Optional<T> in(PullRepository repository) throws BuildkitException, InterruptedException;
    }

    Optional<Digest> resolve(String reference) throws BuildkitException, InterruptedException {
        return first(repository -> repository.resolve(reference));
    }

    Optional<Found> find(String reference) throws BuildkitException, InterruptedException {
        return first(repository -> repository.manifest(reference).map(manifest -> new Found(repository, manifest)));
    }

    private <T> Optional<T> first(Lookup<T> lookup) throws BuildkitException, InterruptedException {
        int last = repositories.size() - 1;
        for (PullRepository mirror : repositories.subList(0, last)) {
            try {
                Optional<T> found = lookup.in(mirror);
                if (found.isPresent()) {
                    return found;
                }
            } catch (BuildkitException.RegistryRefusedException e) {
                // The next repository is tried. A failure of the last one, the registry itself, is reported.
            }
        }
        return lookup.in(repositories.get(last));
    }
}
