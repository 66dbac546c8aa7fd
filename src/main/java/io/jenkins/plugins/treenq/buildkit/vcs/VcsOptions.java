// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.vcs;

import io.jenkins.plugins.treenq.buildkit.LocalSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.Repository;

/**
 * The options of a build request that add the commit, the remote and the folder of a build context to the provenance,
 * as buildx does ({@code build/git.go}).
 */
public final class VcsOptions {
    private static final String DIRTY = "-dirty";

    private VcsOptions() {}

    /**
     * Reads the repository whose working tree contains the build context. No program of the repository is run, such as
     * a hook or a filter.
     *
     * @param context an existing folder
     * @param boundary an ancestor of the build context, without symlinks; a repository above the boundary is ignored
     * @param locals the local sources that the daemon may request
     * @return {@code vcs:source}, {@code vcs:revision} and {@code vcs:localdir:NAME}, each if it is known; empty if the
     *     build context is in no repository
     * @throws IOException if the repository cannot be read, or has files outside of the boundary
     */
    public static Map<String, String> of(Path context, Path boundary, Map<String, LocalSource> locals)
            throws IOException {
        Path tree = WorkTree.around(context.toRealPath(), boundary.toRealPath());
        if (tree == null) {
            return Map.of();
        }
        try (Repository repository = WorkTree.open(tree, boundary.toRealPath())) {
            return read(repository, tree, locals);
        } catch (UnreadableRepositoryException e) {
            throw new IOException("the Git repository of " + tree + " cannot be read: " + e.getMessage(), e);
        } catch (IOException | RuntimeException e) {
            // JGit throws either for a repository that is damaged or has an unsupported format. Its messages may quote
            // files.
            throw new IOException(
                    "the Git repository of " + tree + " cannot be read: it is damaged, or of an unsupported kind", e);
        }
    }

    private static Map<String, String> read(Repository repository, Path tree, Map<String, LocalSource> locals)
            throws IOException {
        Map<String, String> options = new TreeMap<>();
        Ref head = repository.exactRef(Constants.HEAD);
        // HEAD points to no commit before the first one.
        if (head != null && head.getObjectId() != null) {
            boolean dirty = UncommittedChanges.since(head.getObjectId(), repository);
            options.put("vcs:revision", head.getObjectId().name() + (dirty ? DIRTY : ""));
        }
        RemoteUrl.of(repository).ifPresent(url -> options.put("vcs:source", url));
        for (Map.Entry<String, LocalSource> local : locals.entrySet()) {
            if (local.getValue() instanceof LocalSource.Folder folder) {
                Path real = folder.path().toRealPath();
                if (real.startsWith(tree)) {
                    options.put("vcs:localdir:" + local.getKey(), relative(tree, real));
                }
            }
        }
        return options;
    }

    private static String relative(Path tree, Path folder) {
        String path = tree.relativize(folder).toString().replace('\\', '/');
        return path.isEmpty() ? "." : path;
    }
}
