// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.inputs;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.LocalSource;
import io.jenkins.plugins.treenq.buildkit.filesync.SourceContent;
import io.jenkins.plugins.treenq.buildkit.threads.FutureOutcome;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The hashes of the folders of builds that are compared together. A folder that several builds send with the same
 * exclude patterns is read once, also if they are compared at the same time. The builds then send the same record of
 * the folder.
 */
public final class FolderHashes {
    private final Map<Folder, CompletableFuture<SourceContent.Recorded>> hashes = new ConcurrentHashMap<>();

    /**
     * A folder with the files that are read.
     *
     * @param ignored the digest of the ignore file; null if there is none
     */
    private record Folder(
            LocalSource source, Path boundary, List<String> excludes, String ignoreFile, Digest ignored) {}

    /**
     * Returns the hash of a source, for which this method may wait for another build.
     *
     * @param name the name of the source, for messages
     * @param excludes the exclude patterns
     * @param ignoreFile the name of a file that the daemon reads although the patterns may exclude it; null if there is
     *     none
     * @param ignored the content of that file; null if the file did not exist
     */
    SourceContent.Recorded of(
            String name, LocalSource source, Path boundary, List<String> excludes, String ignoreFile, byte[] ignored)
            throws BuildkitException, InterruptedException {
        CompletableFuture<SourceContent.Recorded> own = new CompletableFuture<>();
        Folder folder =
                new Folder(source, boundary, excludes, ignoreFile, ignored == null ? null : Digest.sha256(ignored));
        CompletableFuture<SourceContent.Recorded> earlier = hashes.putIfAbsent(folder, own);
        if (earlier == null) {
            read(name, folder, ignored, own);
        }
        // A copy, because cancelling one comparison must not cancel what others wait for.
        return FutureOutcome.get((earlier == null ? own : earlier).copy(), BuildkitException.class);
    }

    private static void read(
            String name, Folder folder, byte[] ignored, CompletableFuture<SourceContent.Recorded> hash) {
        try (SourceContent content = new SourceContent(name, folder.source(), folder.boundary())) {
            hash.complete(content.recorded(folder.excludes(), folder.ignoreFile(), ignored));
        } catch (BuildkitException | InterruptedException | RuntimeException | Error e) {
            hash.completeExceptionally(e);
        }
    }
}
