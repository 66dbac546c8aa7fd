// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.solve;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.jenkins.plugins.treenq.buildkit.BuildEvent;
import io.jenkins.plugins.treenq.buildkit.SourceLocation;
import io.jenkins.plugins.treenq.buildkit.wire.control.StatusResponse;
import io.jenkins.plugins.treenq.buildkit.wire.control.Vertex;
import io.jenkins.plugins.treenq.buildkit.wire.control.VertexLog;
import io.jenkins.plugins.treenq.buildkit.wire.control.VertexStatus;
import io.jenkins.plugins.treenq.buildkit.wire.control.VertexWarning;
import io.jenkins.plugins.treenq.buildkit.wire.llb.ProgressGroup;
import io.jenkins.plugins.treenq.buildkit.wire.llb.Range;
import io.jenkins.plugins.treenq.buildkit.wire.llb.SourceInfo;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Turns one build's status messages into events.
 *
 * <p>The daemon answers a reopened Status from the start, in other portions than before. Vertices and progress may
 * repeat; output and warnings must not, so what was told already is counted, in bytes per vertex and stream.
 */
final class Events {
    private final Map<Stream, Output> outputs = new HashMap<>();
    private final Set<BuildEvent.Warning> warnings = new HashSet<>();

    private record Stream(String vertex, int number) {}

    private static final class Output {
        final Utf8Fragments text = new Utf8Fragments();
        long told;
        long seen;
    }

    /** The next message is the first of a reopened stream. */
    void replay() {
        outputs.values().forEach(output -> output.seen = 0);
    }

    /**
     * Tells a message's events in order of time. The daemon sorts them by kind, and a replay puts a whole build into one
     * message: without this, every step would end before its output.
     */
    void read(StatusResponse message, Consumer<BuildEvent> listener) {
        List<Timed> starts = new ArrayList<>();
        List<Timed> ends = new ArrayList<>();
        message.getVertexesList().forEach(vertex -> split(event(vertex), starts, ends));
        // What happened at the same time happened in this order.
        List<Timed> all = new ArrayList<>(starts);
        for (VertexStatus status : message.getStatusesList()) {
            all.add(new Timed(instant(status.getTimestamp()), event(status)));
        }
        for (VertexLog log : message.getLogsList()) {
            String text = fresh(log);
            if (!text.isEmpty()) {
                Instant time = instant(log.getTimestamp());
                all.add(new Timed(
                        time, new BuildEvent.Output(log.getVertex(), time, (int) log.getStream(), text)));
            }
        }
        for (VertexWarning warning : message.getWarningsList()) {
            BuildEvent.Warning event = event(warning);
            if (warnings.add(event)) {
                all.add(new Timed(endOf(event.vertex(), ends), event));
            }
        }
        all.addAll(ends);
        all.sort(Comparator.comparing(Timed::time));
        all.forEach(timed -> listener.accept(timed.event()));
    }

    private record Timed(Instant time, BuildEvent event) {}

    /** A vertex that started and ended within one message is told twice. */
    private static void split(BuildEvent.VertexChanged vertex, List<Timed> starts, List<Timed> ends) {
        if (vertex.started() == null || vertex.completed() == null) {
            starts.add(new Timed(vertex.started() == null ? Instant.MIN : vertex.started(), vertex));
            return;
        }
        if (!vertex.started().equals(vertex.completed())) {
            starts.add(new Timed(
                    vertex.started(),
                    new BuildEvent.VertexChanged(
                            vertex.vertex(),
                            vertex.inputs(),
                            vertex.name(),
                            vertex.cached(),
                            vertex.started(),
                            null,
                            "",
                            vertex.group())));
        }
        ends.add(new Timed(vertex.completed(), vertex));
    }

    private static Instant endOf(String vertex, List<Timed> ends) {
        return ends.stream()
                .filter(end -> end.event().vertex().equals(vertex))
                .map(Timed::time)
                .findFirst()
                .orElse(Instant.MAX);
    }

    private String fresh(VertexLog log) {
        Output output = outputs.computeIfAbsent(
                new Stream(log.getVertex(), (int) log.getStream()), stream -> new Output());
        ByteString bytes = log.getMsg();
        long known = Math.min(bytes.size(), Math.max(0, output.told - output.seen));
        output.seen += bytes.size();
        output.told = Math.max(output.told, output.seen);
        return output.text.decode(bytes.substring((int) known).toByteArray());
    }

    private static BuildEvent.VertexChanged event(Vertex vertex) {
        ProgressGroup group = vertex.getProgressGroup();
        return new BuildEvent.VertexChanged(
                vertex.getDigest(),
                vertex.getInputsList(),
                vertex.getName(),
                vertex.getCached(),
                vertex.hasStarted() ? instant(vertex.getStarted()) : null,
                vertex.hasCompleted() ? instant(vertex.getCompleted()) : null,
                vertex.getError(),
                vertex.hasProgressGroup()
                        ? new BuildEvent.Group(group.getId(), group.getName(), group.getWeak())
                        : null);
    }

    private static BuildEvent.Progress event(VertexStatus status) {
        return new BuildEvent.Progress(
                status.getVertex(),
                status.getID(),
                status.getCurrent(),
                status.getTotal(),
                instant(status.getTimestamp()),
                status.hasStarted() ? instant(status.getStarted()) : null,
                status.hasCompleted() ? instant(status.getCompleted()) : null);
    }

    private static BuildEvent.Warning event(VertexWarning warning) {
        return new BuildEvent.Warning(
                warning.getVertex(),
                (int) warning.getLevel(),
                warning.getShort().toStringUtf8(),
                warning.getDetailList().stream().map(ByteString::toStringUtf8).toList(),
                warning.getUrl(),
                warning.hasInfo() ? location(warning.getInfo(), warning.getRangesList()) : null);
    }

    private static SourceLocation location(SourceInfo info, List<Range> ranges) {
        return new SourceLocation(
                info.getFilename(),
                info.getData().toStringUtf8().lines().toList(),
                ranges.stream()
                        .map(range -> new SourceLocation.Lines(
                                range.getStart().getLine(), range.getEnd().getLine()))
                        .toList());
    }

    static Instant instant(Timestamp timestamp) {
        return Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos());
    }
}
