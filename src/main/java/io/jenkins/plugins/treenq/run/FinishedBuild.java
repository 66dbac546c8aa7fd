// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.treenq.buildkit.BuildResult;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.ImageContent;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import java.io.Serializable;
import java.time.Duration;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A build that succeeded.
 *
 * @param sizeBytes compressed size of the image, as registries report it; 0 if there is no image or the size is unknown
 * @param content platforms and layers of the image; null if there is no image or its content is unknown
 */
record FinishedBuild(
        BuildResult result, long sizeBytes, @CheckForNull ImageContent content) implements Serializable {
    /** @param mask function that masks the secrets in a text */
    static FinishedBuild of(BuildResult result, BuildkitClient client, UnaryOperator<String> mask)
            throws InterruptedException {
        Optional<Digest> image = result.digest();
        return image.isEmpty()
                ? new FinishedBuild(result, 0, null)
                : new FinishedBuild(
                        result, client.imageSizeBytes(image.get()).orElse(0), client.imageContent(image.get(), mask));
    }

    /** Returns the same build with another duration, so that all reports of the build show the same duration. */
    FinishedBuild lasting(Duration duration) {
        return new FinishedBuild(
                new BuildResult(result.ref(), result.image(), result.metadata(), duration), sizeBytes, content);
    }

    /** Returns the digest of the image, or an empty text if there is no image. */
    String digest() {
        return result.digest().map(Digest::value).orElse("");
    }
}
