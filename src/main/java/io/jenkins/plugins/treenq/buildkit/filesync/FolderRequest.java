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
 * The folder and patterns that the daemon requests in the metadata of a call ({@code session/filesync/filesync.go}).
 *
 * @param folder the name of the local source, not a path
 * @param includes the include patterns; if there are none, everything is included
 * @param excludes the exclude patterns
 * @param followPaths the paths whose symlinks are followed; the results are added to the include patterns
 */
record FolderRequest(String folder, List<String> includes, List<String> excludes, List<String> followPaths) {
    static final Context.Key<FolderRequest> KEY = Context.key("folder-request");

    /** The strings that Go's {@code strconv.ParseBool} parses as true. */
    private static final Set<String> TRUE = Set.of("1", "t", "T", "true", "TRUE", "True");

    /**
     * Reads the request from the metadata of a call.
     *
     * @throws IllegalArgumentException if a value that is marked as encoded has an invalid encoding
     */
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
        // URLDecoder decodes forms by the rules by which Go encodes queries. The decoded bytes may be invalid UTF-8.
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
