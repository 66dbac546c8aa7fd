// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Digest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** All manifests of an image: those of its platforms and attestations, and all referrers of any of them. */
final class ImageTree {
    /** The maximum number of manifests, which exceeds that of any real image. */
    private static final int MAX_MANIFESTS = 256;

    private static final long MAX_BYTES = 32L << 20;

    private final PullRepository source;
    private final ParallelTasks parallel;
    private final Manifest top;
    private final Map<Digest, Manifest> manifests = new HashMap<>();

    /** The referrers by the digest of their subject. */
    private final Map<Digest, List<Descriptor>> referrers = new LinkedHashMap<>();

    private ImageTree(PullRepository source, ParallelTasks parallel, Manifest top) {
        this.source = source;
        this.parallel = parallel;
        this.top = top;
    }

    static ImageTree read(PullRepository source, ParallelTasks parallel, Manifest top)
            throws BuildkitException, InterruptedException {
        ImageTree tree = new ImageTree(source, parallel, top);
        tree.grow();
        return tree;
    }

    private void grow() throws BuildkitException, InterruptedException {
        List<Manifest> fresh = List.of(top);
        long bytes = 0;
        while (!fresh.isEmpty()) {
            for (Manifest manifest : fresh) {
                manifests.put(manifest.digest(), manifest);
                bytes += manifest.sizeBytes();
            }
            Set<Digest> children = new LinkedHashSet<>();
            fresh.forEach(manifest -> manifest.manifests().forEach(child -> children.add(child.digest())));
            Set<Digest> next = new LinkedHashSet<>(children);
            readReferrers(fresh).forEach(referrer -> next.add(referrer.digest()));
            next.removeAll(manifests.keySet());
            if (manifests.size() + next.size() > MAX_MANIFESTS || bytes > MAX_BYTES) {
                throw new BuildkitException.RegistryRefusedException(
                        "the image in " + source.name() + " has too many parts", null);
            }
            fresh = read(next, children);
        }
        // A referrers index under a tag may list manifests that have been deleted.
        referrers.values().forEach(list -> list.removeIf(referrer -> !manifests.containsKey(referrer.digest())));
    }

    private List<Manifest> read(Set<Digest> digests, Set<Digest> needed)
            throws BuildkitException, InterruptedException {
        List<ParallelTasks.Task<Optional<Manifest>>> tasks = new ArrayList<>();
        for (Digest digest : digests) {
            tasks.add(
                    () -> needed.contains(digest) ? Optional.of(source.part(digest)) : source.manifest(digest.value()));
        }
        return parallel.all(tasks).stream().flatMap(Optional::stream).toList();
    }

    private List<Descriptor> readReferrers(List<Manifest> subjects) throws BuildkitException, InterruptedException {
        List<ParallelTasks.Task<List<Descriptor>>> tasks = new ArrayList<>();
        subjects.forEach(subject -> tasks.add(() -> source.referrers(subject.digest())));
        List<List<Descriptor>> found = parallel.all(tasks);
        for (int i = 0; i < found.size(); i++) {
            if (!found.get(i).isEmpty()) {
                referrers.put(subjects.get(i).digest(), new ArrayList<>(found.get(i)));
            }
        }
        return found.stream().flatMap(List::stream).toList();
    }

    /** Returns the referrers by the digest of their subject. */
    Map<Digest, List<Descriptor>> referrers() {
        return referrers;
    }

    /**
     * Returns the manifests in an order in which a registry accepts them: each after the manifests that it lists, and
     * the referrers last.
     */
    List<Manifest> inOrder() {
        Set<Manifest> ordered = new LinkedHashSet<>();
        Set<Digest> entered = new HashSet<>();
        add(top, ordered, entered);
        referrers.values().stream()
                .flatMap(List::stream)
                .forEach(referrer -> add(manifests.get(referrer.digest()), ordered, entered));
        return List.copyOf(ordered);
    }

    private void add(Manifest manifest, Set<Manifest> ordered, Set<Digest> entered) {
        if (entered.add(manifest.digest())) {
            manifest.manifests().forEach(child -> add(manifests.get(child.digest()), ordered, entered));
            ordered.add(manifest);
        }
    }

    /** Returns the configurations and layers of the manifests, each once, without those that registries may lack. */
    static List<Descriptor> blobs(List<Manifest> manifests) {
        Map<Digest, Descriptor> blobs = new LinkedHashMap<>();
        manifests.stream()
                .flatMap(manifest -> Stream.concat(manifest.config().stream(), manifest.layers().stream()))
                .filter(blob -> !blob.isForeign())
                .forEach(blob -> blobs.putIfAbsent(blob.digest(), blob));
        return List.copyOf(blobs.values());
    }
}
