// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import com.google.gson.JsonObject;
import io.jenkins.plugins.treenq.buildkit.Blob;
import io.jenkins.plugins.treenq.buildkit.BuildRecord;
import io.jenkins.plugins.treenq.buildkit.BuildResult;
import io.jenkins.plugins.treenq.buildkit.Export;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** From a record of the daemon's history to what the build would have returned. */
final class HistoryResult {
    private HistoryResult() {}

    /** Empty for a build that runs or failed. */
    static Optional<BuildResult> result(BuildRecord record) {
        if (record.completed() == null || !record.error().isEmpty() || record.errorCode() != 0) {
            return Optional.empty();
        }
        Map<String, String> response = new HashMap<>();
        for (int i = 0; i < record.exports().size(); i++) {
            Export export = record.exports().get(i);
            if (!export.type().equals("image")) {
                continue;
            }
            Blob image = record.result() == null ? null : record.result().exported().get((long) i);
            if (image == null) {
                // It succeeded, but nobody can say with what.
                return Optional.empty();
            }
            response.put("containerimage.digest", image.digest().value());
            response.put("containerimage.descriptor", base64(descriptor(image)));
            response.put("image.name", export.attributes().getOrDefault("name", ""));
        }
        return Optional.of(
                new BuildResult(record.ref(), response, Duration.between(record.created(), record.completed())));
    }

    private static String descriptor(Blob image) {
        JsonObject descriptor = new JsonObject();
        descriptor.addProperty("mediaType", image.mediaType());
        descriptor.addProperty("digest", image.digest().value());
        descriptor.addProperty("size", image.sizeBytes());
        return descriptor.toString();
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
