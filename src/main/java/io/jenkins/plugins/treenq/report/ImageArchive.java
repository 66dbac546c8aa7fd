// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.report;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.FilePath;
import hudson.Launcher;
import hudson.Util;
import hudson.model.Fingerprint;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.tasks.Fingerprinter.FingerprintAction;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.client.MetadataFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import jenkins.model.Jenkins;
import jenkins.util.BuildListenerAdapter;

/**
 * Records the images that a run built, found or promoted: the metadata as an artifact, the digest as a fingerprint, and
 * the image on the run's page.
 */
public final class ImageArchive {
    private static final String FOLDER = "treenq";

    /** The length of a key in Jenkins' fingerprint store, in characters. */
    private static final int FINGERPRINT_LENGTH = 32;

    private static final int LONGEST_NAME = 100;

    private ImageArchive() {}

    /**
     * Records an image. Does nothing if the image has no digest, because the build created no image.
     *
     * @param credentialsId credentials that the job gave for the registries of the image's names; null for the
     *     configured ones
     */
    public static void record(
            BuiltImage image, @CheckForNull String credentialsId, Run<?, ?> run, TaskListener listener)
            throws IOException, InterruptedException {
        String digest = image.getDigest();
        if (digest == null) {
            return;
        }
        ImagesAction action = ImagesAction.of(run);
        // Promoted images get no number, so that the numbers of image builds have no gaps.
        String number =
                image.getNumber() == 0 ? "promoted-" + action.nextPromotion() : String.valueOf(image.getNumber());
        String artifact = FOLDER + "/" + number + "-" + fileName(image) + ".json";
        archive(artifact, MetadataFile.json(image.getMetadata()), run, listener);
        fingerprint(digest, image, run);
        image.recorded(credentialsId, artifact);
        action.add(image);
        run.save();
        JobImages.add(run, image);
    }

    /**
     * Records an image that was promoted.
     *
     * @param id ID by which {@link #promoted} finds the image; null if the promotion is never repeated
     */
    public static void recordPromotion(
            BuiltImage image,
            @CheckForNull String id,
            @CheckForNull String credentialsId,
            Run<?, ?> run,
            TaskListener listener)
            throws IOException, InterruptedException {
        image.promotedBy(id);
        record(image, credentialsId, run, listener);
    }

    /** Returns the image of a promotion that was recorded before a restart of Jenkins; empty if there is none. */
    public static Optional<BuiltImage> promoted(String id, Run<?, ?> run) throws InterruptedException {
        ImagesAction action = run.getAction(ImagesAction.class);
        Optional<BuiltImage> recorded = action == null ? Optional.empty() : action.promotion(id);
        if (recorded.isPresent()) {
            // Jenkins may have been stopped before this.
            JobImages.add(run, recorded.get());
        }
        return recorded;
    }

    private static String fileName(BuiltImage image) {
        String name = image.getTags().isEmpty()
                ? "image"
                : ImageName.parse(image.getTags().get(0)).repository().replaceAll("[^a-z0-9._-]", "-");
        return name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) : name;
    }

    /** Archives the file from a temporary folder on the controller, so that the workspace stays unchanged. */
    private static void archive(String artifact, String text, Run<?, ?> run, TaskListener listener)
            throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("treenq");
        try {
            Files.createDirectories(folder.resolve(FOLDER));
            Files.writeString(folder.resolve(artifact), text, StandardCharsets.UTF_8);
            run.pickArtifactManager()
                    .archive(
                            new FilePath(folder.toFile()),
                            new Launcher.LocalLauncher(listener),
                            new BuildListenerAdapter(listener),
                            Map.of(artifact, artifact));
        } finally {
            Util.deleteRecursive(folder.toFile());
        }
    }

    private static void fingerprint(String digest, BuiltImage image, Run<?, ?> run) throws IOException {
        String key = new Digest(digest).hex().substring(0, FINGERPRINT_LENGTH);
        String name = image.getTags().isEmpty() ? digest : image.getTags().get(0);
        // An image that this run did not build has no original run, unless Jenkins already has its fingerprint.
        Fingerprint fingerprint =
                Jenkins.get().getFingerprintMap().getOrCreate(image.getBuilder() != null ? run : null, name, key);
        fingerprint.addFor(run);
        synchronized (run) {
            FingerprintAction present = run.getAction(FingerprintAction.class);
            if (present == null) {
                run.addAction(new FingerprintAction(run, Map.of(name, key)));
            } else {
                present.add(Map.of(name, key));
            }
        }
    }
}
