// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import com.google.gson.JsonObject;
import io.jenkins.plugins.treenq.buildkit.BuildEvent;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.progress.LineAssembler;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** Counts the build steps that were cached, as buildctl does ({@code cmd/buildctl/cachemetrics.go}). */
final class CacheMetrics implements BuildListener {
    private static final Pattern FROM = Pattern.compile("\\[.*\\] FROM");
    private static final List<String> INTERNAL_STEPS = List.of("[internal]", "[auth]", "importing cache", "exporting ");

    private final Instant start = Instant.now();
    private final Map<String, Vertex> vertices = new LinkedHashMap<>();

    private static final class Vertex {
        final String name;
        boolean from;
        boolean cached;
        boolean completed;

        Vertex(String name) {
            this.name = name;
        }
    }

    @Override
    public synchronized void onEvent(BuildEvent event) {
        if (event instanceof BuildEvent.VertexChanged changed) {
            Vertex vertex = vertices.computeIfAbsent(changed.vertex(), digest -> new Vertex(changed.name()));
            vertex.from |= FROM.matcher(changed.name()).lookingAt();
            vertex.cached |= changed.cached();
            vertex.completed |= changed.completed() != null;
        }
    }

    /** Prints a line for each build step that was not cached, then the numbers as JSON. */
    synchronized void print(Consumer<String> out) {
        List<Vertex> users = vertices.values().stream()
                .filter(vertex -> INTERNAL_STEPS.stream().noneMatch(vertex.name::startsWith))
                .toList();
        List<Vertex> missed =
                users.stream().filter(vertex -> !vertex.cached && !vertex.from).toList();
        missed.forEach(vertex -> out.accept("cache miss: " + LineAssembler.plainLine(vertex.name)));
        long from = users.stream().filter(vertex -> vertex.from).count();
        JsonObject json = new JsonObject();
        json.addProperty("total", vertices.size());
        json.addProperty(
                "completed",
                vertices.values().stream().filter(vertex -> vertex.completed).count());
        json.addProperty("user_total", users.size());
        json.addProperty(
                "user_cached", users.stream().filter(vertex -> vertex.cached).count());
        json.addProperty(
                "user_completed",
                users.stream().filter(vertex -> vertex.completed).count());
        json.addProperty("user_cacheable", users.size() - from);
        json.addProperty("from", from);
        json.addProperty("miss", missed.size());
        json.addProperty(
                "client_duration_ms", Duration.between(start, Instant.now()).toMillis());
        out.accept(json.toString());
    }
}
