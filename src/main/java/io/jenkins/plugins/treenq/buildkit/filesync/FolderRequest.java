// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import io.grpc.Context;
import io.grpc.Metadata;
import io.jenkins.plugins.treenq.buildkit.fsutil.NameBytes;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.StreamSupport;

/**
 * What the daemon asks for in a call's metadata ({@code session/filesync/filesync.go}).
 *
 * @param folder a name, not a path
 * @param includes patterns; without any, everything is included
 * @param excludes patterns
 * @param followPaths paths whose symlinks have to be followed, added to the includes
 */
record FolderRequest(String folder, List<String> includes, List<String> excludes, List<String> followPaths) {
    static final Context.Key<FolderRequest> KEY = Context.key("folder-request");

    /** What Go reads as true. */
    private static final Set<String> TRUE = Set.of("1", "t", "T", "true", "TRUE", "True");

    /** @throws IllegalArgumentException if a value is not encoded as it claims to be */
    static FolderRequest of(Metadata headers) {
        List<String> folder = values(headers, "dir-name");
        return new FolderRequest(
                folder.isEmpty() ? "" : folder.get(0),
                values(headers, "include-patterns"),
                values(headers, "exclude-patterns"),
                values(headers, "followpaths"));
    }

    private static List<String> values(Metadata headers, String key) {
        List<String> values = all(headers, key);
        List<String> encoded = all(headers, key + "-encoded");
        if (encoded.isEmpty() || !TRUE.contains(encoded.get(0))) {
            return values;
        }
        // Java decodes forms by the same rules as Go does queries; what comes out need not be UTF-8.
        return values.stream()
                .map(value -> URLDecoder.decode(value, StandardCharsets.ISO_8859_1))
                .map(value -> NameBytes.text(value.getBytes(StandardCharsets.ISO_8859_1)))
                .toList();
    }

    private static List<String> all(Metadata headers, String key) {
        Iterable<String> values = headers.getAll(Metadata.Key.of(key, Metadata.ASCII_STRING_MARSHALLER));
        return values == null
                ? List.of()
                : StreamSupport.stream(values.spliterator(), false).toList();
    }
}
