// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.progress;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.jenkins.plugins.treenq.buildkit.BuildEvent;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.SourceLocation;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.Base64;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Writes each event as a line of JSON in the form of {@code buildctl build --progress=rawjson}, for programs. The lines
 * must not be written to a Jenkins log, because they contain output in base64, in which secrets cannot be masked.
 */
public final class RawJsonPrinter implements BuildListener {
    /** Format RFC 3339 with only as many decimals as necessary, as in Go. */
    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder()
            .appendPattern("uuuu-MM-dd'T'HH:mm:ss")
            .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
            .appendLiteral('Z')
            .toFormatter(Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final Consumer<String> log;

    /** @param log receives each JSON object, without a line end */
    public RawJsonPrinter(Consumer<String> log) {
        this.log = log;
    }

    @Override
    public void onEvent(BuildEvent event) {
        JsonObject status = new JsonObject();
        if (event instanceof BuildEvent.VertexChanged vertex) {
            status.add("vertexes", list(json(vertex)));
        } else if (event instanceof BuildEvent.Progress progress) {
            status.add("statuses", list(json(progress)));
        } else if (event instanceof BuildEvent.Output output) {
            status.add("logs", list(json(output)));
        } else if (event instanceof BuildEvent.Warning warning) {
            status.add("warnings", list(json(warning)));
        }
        log.accept(status.toString());
    }

    private static JsonObject json(BuildEvent.VertexChanged vertex) {
        JsonObject json = new JsonObject();
        json.addProperty("digest", vertex.vertex());
        if (!vertex.inputs().isEmpty()) {
            JsonArray inputs = new JsonArray();
            vertex.inputs().forEach(inputs::add);
            json.add("inputs", inputs);
        }
        add(json, "name", vertex.name());
        add(json, "started", vertex.started());
        add(json, "completed", vertex.completed());
        if (vertex.cached()) {
            json.addProperty("cached", true);
        }
        add(json, "error", vertex.error());
        if (vertex.group() != null) {
            JsonObject group = new JsonObject();
            add(group, "id", vertex.group().id());
            add(group, "name", vertex.group().name());
            if (vertex.group().weak()) {
                group.addProperty("weak", true);
            }
            json.add("progressGroup", group);
        }
        return json;
    }

    private static JsonObject json(BuildEvent.Progress progress) {
        JsonObject json = new JsonObject();
        json.addProperty("id", progress.id());
        json.addProperty("vertex", progress.vertex());
        add(json, "name", progress.name());
        add(json, "total", progress.total());
        json.addProperty("current", progress.current());
        add(json, "timestamp", progress.timestamp());
        add(json, "started", progress.started());
        add(json, "completed", progress.completed());
        return json;
    }

    private static JsonObject json(BuildEvent.Output output) {
        JsonObject json = new JsonObject();
        json.addProperty("vertex", output.vertex());
        add(json, "stream", output.stream());
        json.addProperty("data", base64(output.bytes()));
        add(json, "timestamp", output.timestamp());
        return json;
    }

    private static JsonObject json(BuildEvent.Warning warning) {
        JsonObject json = new JsonObject();
        json.addProperty("vertex", warning.vertex());
        add(json, "level", warning.level());
        add(json, "short", base64(warning.summary()));
        if (!warning.detail().isEmpty()) {
            JsonArray detail = new JsonArray();
            warning.detail().forEach(line -> detail.add(base64(line)));
            json.add("detail", detail);
        }
        add(json, "url", warning.url());
        SourceLocation location = warning.location();
        if (location != null) {
            JsonObject source = new JsonObject();
            add(source, "filename", location.file());
            add(source, "data", base64(String.join("\n", location.lines())));
            json.add("sourceInfo", source);
            JsonArray ranges = new JsonArray();
            location.ranges().forEach(range -> ranges.add(json(range)));
            json.add("range", ranges);
        }
        return json;
    }

    private static JsonObject json(SourceLocation.Lines lines) {
        JsonObject range = new JsonObject();
        JsonObject start = new JsonObject();
        add(start, "line", lines.first());
        range.add("start", start);
        JsonObject end = new JsonObject();
        add(end, "line", lines.last());
        range.add("end", end);
        return range;
    }

    private static void add(JsonObject json, String key, String value) {
        if (!value.isEmpty()) {
            json.addProperty(key, value);
        }
    }

    private static void add(JsonObject json, String key, long value) {
        if (value != 0) {
            json.addProperty(key, value);
        }
    }

    private static void add(JsonObject json, String key, Instant value) {
        if (value != null) {
            json.addProperty(key, TIME.format(value));
        }
    }

    private static JsonArray list(JsonObject only) {
        JsonArray list = new JsonArray();
        list.add(only);
        return list;
    }

    private static String base64(ByteBuffer bytes) {
        return new String(Base64.getEncoder().encode(bytes).array(), StandardCharsets.US_ASCII);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
