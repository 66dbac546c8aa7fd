// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.progress;

import io.jenkins.plugins.treenq.buildkit.BuildEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A plain log under test; times are milliseconds after some moment. */
public final class Log {
    private static final Instant ZERO = Instant.parse("2026-01-02T03:04:05Z");

    final List<String> lines = new ArrayList<>();
    final PlainPrinter printer = new PlainPrinter(lines::add);
    private BuildEvent.Group group;

    static Instant at(long millis) {
        return ZERO.plusMillis(millis);
    }

    public static BuildEvent.VertexChanged vertex(
            String name, Long started, Long completed, boolean cached, String error, BuildEvent.Group group) {
        return new BuildEvent.VertexChanged(
                "sha256:" + name,
                List.of(),
                name,
                cached,
                started == null ? null : at(started),
                completed == null ? null : at(completed),
                error,
                group);
    }

    /** The vertices of the following events belong to this group. */
    Log group(String name, boolean weak) {
        group = new BuildEvent.Group("id of " + name, name, weak);
        return this;
    }

    Log known(String name) {
        return event(vertex(name, null, null, false, "", group));
    }

    Log start(String name, long started) {
        return event(vertex(name, started, null, false, "", group));
    }

    Log done(String name, long started, long completed) {
        return event(vertex(name, started, completed, false, "", group));
    }

    Log cached(String name, long when) {
        return event(vertex(name, when, when, true, "", group));
    }

    Log failed(String name, long started, long completed, String error) {
        return event(vertex(name, started, completed, false, error, group));
    }

    Log output(String name, long when, String text) {
        return output(name, when, 1, text);
    }

    Log output(String name, long when, int stream, String text) {
        return event(new BuildEvent.Output("sha256:" + name, at(when), stream, text));
    }

    Log progress(String name, String id, long current, long total, long started, long when) {
        return event(new BuildEvent.Progress("sha256:" + name, id, current, total, at(when), at(started), null));
    }

    Log progressDone(String name, String id, long current, long total, long started, long completed) {
        return event(new BuildEvent.Progress(
                "sha256:" + name, id, current, total, at(completed), at(started), at(completed)));
    }

    Log warning(String name, String summary) {
        return event(
                new BuildEvent.Warning("sha256:" + name, 1, summary, List.of("more"), "https://example.com", null));
    }

    Log event(BuildEvent event) {
        printer.onEvent(event);
        return this;
    }

    /** Returns the text that was written so far. */
    String text() {
        return String.join("\n", lines) + "\n";
    }

    String closed() {
        printer.close();
        return text();
    }

    String tail() {
        return String.join("\n", printer.failureTail()) + "\n";
    }
}
