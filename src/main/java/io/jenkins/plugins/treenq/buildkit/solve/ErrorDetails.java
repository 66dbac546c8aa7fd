// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.solve;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Metadata;
import io.jenkins.plugins.treenq.buildkit.SourceLocation;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * The details of a failed call's status: the location in the Dockerfile, the exit code, and what failed.
 *
 * <p>The details are declared as protobuf but contain JSON of Go's structs. Their types are
 * {@code github.com/moby/buildkit/…+json} ({@code util/grpcerrors/grpcerrors.go}).
 *
 * @param location location in the Dockerfile; null if the error has none
 * @param exitCode exit code of the failed process; -1 if no process failed
 * @param vertex whether a vertex of the build failed
 * @param typed whether the status has details, which proves that a daemon created the status, as opposed to a broken
 *     connection
 */
record ErrorDetails(SourceLocation location, int exitCode, boolean vertex, boolean typed) {
    private static final Metadata.Key<byte[]> DETAILS =
            Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);

    static ErrorDetails of(Metadata trailers) {
        byte[] details = trailers == null ? null : trailers.get(DETAILS);
        if (details == null) {
            return new ErrorDetails(null, -1, false, false);
        }
        try {
            return of(com.google.rpc.Status.parseFrom(details));
        } catch (InvalidProtocolBufferException e) {
            return new ErrorDetails(null, -1, false, true);
        }
    }

    static ErrorDetails of(com.google.rpc.Status status) {
        SourceLocation location = null;
        int exitCode = -1;
        boolean vertex = false;
        try {
            for (Any detail : status.getDetailsList()) {
                String type = detail.getTypeUrl();
                vertex |= type.endsWith("/errdefs.Vertex+json");
                if (type.endsWith("/errdefs.Source+json")) {
                    // The last location is the outermost one, which is the line where the author of the Dockerfile
                    // looks first.
                    location = location(json(detail));
                } else if (type.endsWith(".ExitMessage+json")) {
                    exitCode = number(json(detail), "Code");
                }
            }
        } catch (JsonParseException
                | IllegalArgumentException
                | IllegalStateException
                | ClassCastException
                | UnsupportedOperationException e) {
            // Malformed details are ignored, because the text of the status still describes the error.
        }
        return new ErrorDetails(location, exitCode, vertex, true);
    }

    private static JsonObject json(Any detail) {
        return JsonParser.parseString(detail.getValue().toStringUtf8()).getAsJsonObject();
    }

    private static SourceLocation location(JsonObject source) {
        JsonObject info = source.getAsJsonObject("info");
        if (info == null) {
            return null;
        }
        List<SourceLocation.Lines> ranges = new ArrayList<>();
        JsonArray list = source.getAsJsonArray("ranges");
        for (JsonElement range : list == null ? new JsonArray() : list) {
            int first = line(range.getAsJsonObject(), "start");
            ranges.add(new SourceLocation.Lines(first, Math.max(first, line(range.getAsJsonObject(), "end"))));
        }
        String text = new String(Base64.getDecoder().decode(text(info, "data")), StandardCharsets.UTF_8);
        return new SourceLocation(text(info, "filename"), SourceLocation.linesOf(text), ranges);
    }

    private static int line(JsonObject range, String end) {
        JsonObject position = range.getAsJsonObject(end);
        return position == null ? 0 : Math.max(0, number(position, "line"));
    }

    private static int number(JsonObject object, String name) {
        JsonElement value = object.get(name);
        return value == null ? 0 : value.getAsInt();
    }

    private static String text(JsonObject object, String name) {
        JsonElement value = object.get(name);
        return value == null || value.isJsonNull() ? "" : value.getAsString();
    }
}
