// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.jenkins.plugins.treenq.buildkit.BuildResult;
import io.jenkins.plugins.treenq.buildkit.Export;
import io.jenkins.plugins.treenq.buildkit.ImageDigests;
import io.jenkins.plugins.treenq.buildkit.control.Blob;
import io.jenkins.plugins.treenq.buildkit.control.BuildRecord;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Converts a record of the daemon's history to the result that the build would have returned. */
final class HistoryResult {
    private HistoryResult() {}

    /** Returns the result of a build; empty for a build that is running or failed. */
    static Optional<BuildResult> result(BuildRecord record) {
        if (record.completed() == null || !record.error().isEmpty() || record.errorCode() != 0) {
            return Optional.empty();
        }
        ImageDigests image = null;
        MetadataFile metadata = MetadataFile.of(Map.of());
        for (int i = 0; i < record.exports().size(); i++) {
            Export export = record.exports().get(i);
            if (!export.type().equals("image")) {
                continue;
            }
            Blob blob =
                    record.result() == null ? null : record.result().exported().get((long) i);
            if (blob == null) {
                // The build succeeded, but the daemon has no descriptor of its image, so that the result is unknown.
                return Optional.empty();
            }
            image = new ImageDigests(blob.digest(), null);
            metadata = MetadataFile.of(image, export.names()).withDescriptor(blob);
        }
        return Optional.of(new BuildResult(
                record.ref(), image, metadata.values(), Duration.between(record.created(), record.completed())));
    }
}
