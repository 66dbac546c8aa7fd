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
 * @param sizeBytes of the image as registries have it; 0 when there is none, or it is not known
 * @param content what the image consists of; null when there is none, or it is not known
 */
record FinishedBuild(
        BuildResult result, long sizeBytes, @CheckForNull ImageContent content) implements Serializable {
    /** @param mask hides what is secret in a line of text */
    static FinishedBuild of(BuildResult result, BuildkitClient client, UnaryOperator<String> mask)
            throws InterruptedException {
        Optional<Digest> image = result.digest();
        return image.isEmpty()
                ? new FinishedBuild(result, 0, null)
                : new FinishedBuild(
                        result,
                        client.imageSizeBytes(image.get()).orElse(0),
                        client.imageContent(image.get()).withTexts(mask));
    }

    /** The same that took another time, which all accounts of it tell. */
    FinishedBuild lasting(Duration duration) {
        return new FinishedBuild(
                new BuildResult(result.ref(), result.image(), result.metadata(), duration), sizeBytes, content);
    }

    /** Of the image, or empty. */
    String digest() {
        return result.digest().map(Digest::value).orElse("");
    }
}
