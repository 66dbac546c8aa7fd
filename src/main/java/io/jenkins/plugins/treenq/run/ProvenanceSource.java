// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import io.jenkins.plugins.treenq.buildkit.LocalSource;
import io.jenkins.plugins.treenq.buildkit.client.PreparedBuild;
import io.jenkins.plugins.treenq.buildkit.files.FileErrors;
import io.jenkins.plugins.treenq.buildkit.vcs.VcsOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;

/** Collects the information about the git repository of the build context for a build's provenance. */
final class ProvenanceSource {
    private ProvenanceSource() {}

    /**
     * Returns the build options that describe the repository. The map is empty if there is no repository, or if the
     * repository cannot be read; in the latter case a warning is printed.
     */
    static Map<String, String> options(PreparedBuild build, Path boundary, Consumer<String> log) {
        if (!(build.locals().get("context") instanceof LocalSource.Folder context)) {
            return Map.of();
        }
        try {
            return VcsOptions.of(context.path(), boundary, build.locals());
        } catch (IOException e) {
            log.accept("WARNING: the provenance names no commit: " + FileErrors.fileAndReason(e));
        } catch (LinkageError e) {
            log.accept("WARNING: the provenance names no commit, because the Git client plugin is not installed");
        }
        return Map.of();
    }
}
