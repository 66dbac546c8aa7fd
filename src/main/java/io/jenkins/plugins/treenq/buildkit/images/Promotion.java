// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Adds tags to one image. First, everything is copied to all repositories. Then the tags are written one after the
 * other, because no registry can write several tags at once.
 */
final class Promotion {
    private final PullRepository source;
    private final Manifest image;
    private final ParallelTasks requests;
    private final ParallelTasks transfers;
    private final List<ImageName> tagged = new ArrayList<>();

    /**
     * @param requests runs the requests for metadata
     * @param transfers runs the copies of blobs
     */
    Promotion(PullRepository source, Manifest image, ParallelTasks requests, ParallelTasks transfers) {
        this.source = source;
        this.image = image;
        this.requests = requests;
        this.transfers = transfers;
    }

    /** Returns the tags that have been written so far. */
    List<ImageName> tagged() {
        return tagged;
    }

    /** @param targets the names with their tags, by repository */
    void run(Map<PushRepository, List<ImageName>> targets) throws BuildkitException, InterruptedException {
        ImageTree tree = null;
        for (PushRepository target : targets.keySet()) {
            if (!target.place().is(source)) {
                tree = tree == null ? ImageTree.read(source, requests, image) : tree;
                copy(tree, target);
            }
        }
        for (Map.Entry<PushRepository, List<ImageName>> target : targets.entrySet()) {
            for (ImageName name : target.getValue()) {
                tag(target.getKey(), name);
            }
        }
    }

    private void tag(PushRepository target, ImageName name) throws BuildkitException, InterruptedException {
        // A tag that already points to the image is not written, because a registry with immutable tags would reject
        // the request.
        if (!isTagged(target.place(), name)) {
            target.put(image, name.tag());
        }
        tagged.add(name);
    }

    private boolean isTagged(PullRepository place, ImageName name) throws BuildkitException, InterruptedException {
        try {
            return place.resolve(name.tag()).filter(image.digest()::equals).isPresent();
        } catch (BuildkitException.RegistryRefusedException e) {
            // A tag whose current manifest cannot be read is overwritten.
            return false;
        }
    }

    private void copy(ImageTree tree, PushRepository target) throws BuildkitException, InterruptedException {
        List<Manifest> missing = missing(tree.inOrder(), target.place());
        transfers.all(ImageTree.blobs(missing).stream()
                .map(blob -> transfer(blob, target))
                .toList());
        for (Manifest manifest : missing) {
            target.put(manifest, manifest.digest().value());
        }
        for (Map.Entry<Digest, List<Descriptor>> subject : tree.referrers().entrySet()) {
            refer(target, subject.getKey(), subject.getValue());
        }
    }

    private List<Manifest> missing(List<Manifest> all, PullRepository place)
            throws BuildkitException, InterruptedException {
        List<ParallelTasks.Task<Boolean>> questions = new ArrayList<>();
        all.forEach(manifest ->
                questions.add(() -> place.resolve(manifest.digest().value()).isPresent()));
        List<Boolean> there = requests.all(questions);
        List<Manifest> missing = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            if (!there.get(i)) {
                missing.add(all.get(i));
            }
        }
        return missing;
    }

    private ParallelTasks.Task<Boolean> transfer(Descriptor blob, PushRepository target) {
        return () -> {
            new BlobCopy(source, target).copy(blob);
            return true;
        };
    }

    /** Adds the referrers to the index under the referrers tag, if the registry does not support the referrers API. */
    private static void refer(PushRepository target, Digest subject, List<Descriptor> referrers)
            throws BuildkitException, InterruptedException {
        if (target.place().knownReferrers(subject).isPresent()) {
            return;
        }
        Map<Digest, Descriptor> all = new LinkedHashMap<>();
        target.place().taggedReferrers(subject).forEach(known -> all.put(known.digest(), known));
        int known = all.size();
        referrers.forEach(referrer -> all.putIfAbsent(referrer.digest(), referrer));
        if (all.size() > known) {
            target.put(ReferrersIndex.of(all.values()), PullRepository.referrersTag(subject));
        }
    }
}
