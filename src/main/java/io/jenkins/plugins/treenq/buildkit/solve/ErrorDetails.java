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
 * What a failed call's status says beyond its text: where in the Dockerfile, and the exit code.
 *
 * <p>The details look like protobuf but are JSON of Go's structs, named {@code github.com/moby/buildkit/…+json}
 * ({@code util/grpcerrors/grpcerrors.go}).
 *
 * @param location null when the error is about no place
 * @param exitCode of the failed process, or -1
 * @param typed whether there was any detail: a daemon wrote this status, not a broken connection
 */
record ErrorDetails(SourceLocation location, int exitCode, boolean typed) {
    private static final Metadata.Key<byte[]> DETAILS =
            Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);

    static ErrorDetails of(Metadata trailers) {
        byte[] details = trailers == null ? null : trailers.get(DETAILS);
        if (details == null) {
            return new ErrorDetails(null, -1, false);
        }
        try {
            return of(com.google.rpc.Status.parseFrom(details));
        } catch (InvalidProtocolBufferException e) {
            return new ErrorDetails(null, -1, true);
        }
    }

    static ErrorDetails of(com.google.rpc.Status status) {
        SourceLocation location = null;
        int exitCode = -1;
        try {
            for (Any detail : status.getDetailsList()) {
                String type = detail.getTypeUrl();
                if (type.endsWith("/errdefs.Source+json")) {
                    // The outermost is the last one; it is where the build's author looks first.
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
            // The text of the status still says what happened.
        }
        return new ErrorDetails(location, exitCode, true);
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
