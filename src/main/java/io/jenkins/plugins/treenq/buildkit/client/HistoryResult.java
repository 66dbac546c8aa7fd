// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.jenkins.plugins.treenq.buildkit.BuildResult;
import io.jenkins.plugins.treenq.buildkit.Export;
import io.jenkins.plugins.treenq.buildkit.ExportedImage;
import io.jenkins.plugins.treenq.buildkit.control.Blob;
import io.jenkins.plugins.treenq.buildkit.control.BuildRecord;
import java.time.Duration;
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
        ExportedImage image = null;
        MetadataFile metadata = MetadataFile.of(Map.of());
        for (int i = 0; i < record.exports().size(); i++) {
            Export export = record.exports().get(i);
            if (!export.type().equals("image")) {
                continue;
            }
            Blob blob =
                    record.result() == null ? null : record.result().exported().get((long) i);
            if (blob == null) {
                // It succeeded, but nobody can say with what.
                return Optional.empty();
            }
            image = new ExportedImage(blob.digest(), null);
            metadata = MetadataFile.of(image, export.names()).withDescriptor(blob);
        }
        return Optional.of(new BuildResult(
                record.ref(), image, metadata.values(), Duration.between(record.created(), record.completed())));
    }
}
