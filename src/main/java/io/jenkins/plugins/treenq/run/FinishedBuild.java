// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import io.jenkins.plugins.treenq.buildkit.BuildResult;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import java.io.Serializable;
import java.util.Optional;

/**
 * A build that succeeded.
 *
 * @param sizeBytes of the image as registries have it; 0 when there is none, or it is not known
 */
record FinishedBuild(BuildResult result, long sizeBytes) implements Serializable {
    static FinishedBuild of(BuildResult result, BuildkitClient client) throws InterruptedException {
        Optional<Digest> image = result.digest();
        return new FinishedBuild(
                result, image.isEmpty() ? 0 : client.imageSizeBytes(image.get()).orElse(0));
    }

    /** Of the image, or empty. */
    String digest() {
        return result.digest().map(Digest::value).orElse("");
    }
}
