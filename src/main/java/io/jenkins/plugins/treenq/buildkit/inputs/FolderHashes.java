// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.inputs;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.DigestComputation;
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
 * exclude patterns is read once, also if they are compared at the same time.
 */
public final class FolderHashes {
    private final Map<Folder, CompletableFuture<Digest>> hashes = new ConcurrentHashMap<>();

    private record Folder(LocalSource source, Path boundary, List<String> excludes) {}

    /**
     * Returns the hash of a source, for which this method may wait for another build.
     *
     * @param name the name of the source, for messages
     * @param excludes the exclude patterns
     */
    Digest of(String name, LocalSource source, Path boundary, List<String> excludes)
            throws BuildkitException, InterruptedException {
        CompletableFuture<Digest> own = new CompletableFuture<>();
        CompletableFuture<Digest> earlier = hashes.putIfAbsent(new Folder(source, boundary, excludes), own);
        if (earlier == null) {
            read(name, source, boundary, excludes, own);
        }
        // A copy, because cancelling one comparison must not cancel what others wait for.
        return FutureOutcome.get((earlier == null ? own : earlier).copy(), BuildkitException.class);
    }

    private static void read(
            String name, LocalSource source, Path boundary, List<String> excludes, CompletableFuture<Digest> hash) {
        try (SourceContent content = new SourceContent(name, source, boundary)) {
            DigestComputation computation = new DigestComputation("sha256");
            content.hash(excludes, computation);
            hash.complete(computation.digest());
        } catch (BuildkitException | InterruptedException | RuntimeException | Error e) {
            hash.completeExceptionally(e);
        }
    }
}
