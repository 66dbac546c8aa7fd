// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.solve;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.jenkins.plugins.treenq.buildkit.BuildEvent;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Digest;
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
 * Converts the status messages of one build to events.
 *
 * <p>When the status stream is opened again, the daemon repeats all messages from the start and divides them
 * differently. Events of vertices and progress may be repeated. Output and warnings must not be repeated, so this class
 * counts the delivered output in bytes per vertex and stream.
 *
 * <p>The content of messages is not trusted. Numbers and times outside of their range are limited to it, and long
 * warnings are truncated.
 */
final class Events {
    /**
     * Maximum length of a warning's text in bytes, which is above the length of any useful warning. A message could
     * contain 16 MiB of text.
     */
    private static final int LONGEST_TEXT = 64 << 10;

    private static final int MOST_DETAILS = 1_000;

    /** Estimated memory that one remembered part uses in addition to its content. */
    private static final int PART_BYTES = 200;

    private final Map<Stream, Output> outputs = new HashMap<>();
    private final Set<Digest> warnings = new HashSet<>();
    /** The parts that a listener may have to remember: each run of a vertex, and each progress item of a vertex. */
    private final Set<RememberedEvent> remembered = new HashSet<>();

    private final long mostBytes;
    private long rememberedBytes;
    private SourceInfo lastSource = SourceInfo.getDefaultInstance();
    private List<String> lastLines = List.of();

    Events() {
        this(Runtime.getRuntime().maxMemory() / 8);
    }

    /** @param mostBytes limit of the memory for vertices, progress items and warnings, each counted once */
    Events(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    private record Stream(String vertex, long number) {}

    private record RememberedEvent(String vertex, Object what) {}

    private static final class Output {
        final Utf8Fragments text = new Utf8Fragments();
        long delivered;
        long seen;
        Instant last = Instant.MIN;

        /**
         * Returns the position of a piece of output among other events. Pieces of one stream keep their order even if
         * their times do not increase.
         */
        Instant position(Instant time) {
            last = time.isAfter(last) ? time : last;
            return last;
        }
    }

    /** Prepares for the first message of a stream that was opened again. */
    void replay() {
        outputs.values().forEach(output -> output.seen = 0);
    }

    /**
     * Sends the events of a message to the listener in order of time. The daemon sorts the content of a message by
     * kind, and a replay contains a whole build in one message, so that without sorting every vertex would end before
     * its output.
     *
     * @return whether the message has a vertex, a progress item, output or a warning that is new
     * @throws BuildkitException.DaemonFailedException if the build has more vertices than the memory limit allows
     */
    boolean read(StatusResponse message, Consumer<BuildEvent> listener) throws BuildkitException.DaemonFailedException {
        int known = remembered.size() + warnings.size();
        boolean newOutput = false;
        List<Timed> starts = new ArrayList<>();
        List<Timed> ends = new ArrayList<>();
        for (Vertex vertex : message.getVertexesList()) {
            if (remembered.add(new RememberedEvent(vertex.getDigest(), vertex.getStarted()))) {
                remember(vertex);
            }
            split(event(vertex), starts, ends);
        }
        // Events of the same time are sent in the order in which they are added here.
        List<Timed> all = new ArrayList<>(starts);
        for (VertexStatus status : message.getStatusesList()) {
            if (remembered.add(new RememberedEvent(status.getVertex(), status.getID()))) {
                remember(status);
            }
            all.add(new Timed(Timestamps.instant(status.getTimestamp()), event(status)));
        }
        for (VertexLog log : message.getLogsList()) {
            Stream stream = new Stream(log.getVertex(), log.getStream());
            if (!outputs.containsKey(stream)) {
                remember(log.toBuilder().clearMsg().build());
                outputs.put(stream, new Output());
            }
            Output output = outputs.get(stream);
            ByteString bytes = fresh(output, log.getMsg());
            if (!bytes.isEmpty()) {
                newOutput = true;
                Instant time = Timestamps.instant(log.getTimestamp());
                all.add(new Timed(
                        output.position(time),
                        new BuildEvent.Output(
                                log.getVertex(),
                                time,
                                whole(log.getStream()),
                                output.text.decode(bytes.toByteArray()),
                                bytes.asReadOnlyByteBuffer())));
            }
        }
        Map<String, Instant> endTimes = new HashMap<>();
        ends.forEach(end -> endTimes.putIfAbsent(end.event().vertex(), end.time()));
        for (VertexWarning warning : message.getWarningsList()) {
            // Only the digest is stored, because each warning contains the whole Dockerfile.
            if (warnings.add(Digest.sha256(warning.toByteArray()))) {
                remember(warning);
                all.add(new Timed(endTimes.getOrDefault(warning.getVertex(), Instant.MAX), event(warning)));
            }
        }
        all.addAll(ends);
        all.sort(Comparator.comparing(Timed::time));
        all.forEach(timed -> listener.accept(timed.event()));
        return newOutput || remembered.size() + warnings.size() > known;
    }

    private void remember(MessageLite part) throws BuildkitException.DaemonFailedException {
        rememberedBytes += PART_BYTES + part.getSerializedSize();
        if (rememberedBytes > mostBytes) {
            throw new BuildkitException.DaemonFailedException(
                    "the daemon reports more steps than this JVM has memory for; give it a larger heap if the build is"
                            + " that large",
                    null);
        }
    }

    private record Timed(Instant time, BuildEvent event) {}

    /** A vertex that started and ended within one message results in two events. */
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

    private static ByteString fresh(Output output, ByteString bytes) {
        long known = Math.min(bytes.size(), Math.max(0, output.delivered - output.seen));
        output.seen += bytes.size();
        output.delivered = Math.max(output.delivered, output.seen);
        return bytes.substring((int) known);
    }

    private static BuildEvent.VertexChanged event(Vertex vertex) {
        ProgressGroup group = vertex.getProgressGroup();
        return new BuildEvent.VertexChanged(
                vertex.getDigest(),
                vertex.getInputsList(),
                vertex.getName(),
                vertex.getCached(),
                vertex.hasStarted() ? Timestamps.instant(vertex.getStarted()) : null,
                vertex.hasCompleted() ? Timestamps.instant(vertex.getCompleted()) : null,
                vertex.getError(),
                vertex.hasProgressGroup()
                        ? new BuildEvent.Group(group.getId(), group.getName(), group.getWeak())
                        : null);
    }

    private static BuildEvent.Progress event(VertexStatus status) {
        return new BuildEvent.Progress(
                status.getVertex(),
                status.getID(),
                status.getName(),
                Math.max(0, status.getCurrent()),
                Math.max(0, status.getTotal()),
                Timestamps.instant(status.getTimestamp()),
                status.hasStarted() ? Timestamps.instant(status.getStarted()) : null,
                status.hasCompleted() ? Timestamps.instant(status.getCompleted()) : null);
    }

    private BuildEvent.Warning event(VertexWarning warning) {
        return new BuildEvent.Warning(
                warning.getVertex(),
                whole(warning.getLevel()),
                text(warning.getShort()),
                warning.getDetailList().stream()
                        .limit(MOST_DETAILS)
                        .map(Events::text)
                        .toList(),
                warning.getUrl(),
                warning.hasInfo() ? location(warning.getInfo(), warning.getRangesList()) : null);
    }

    private SourceLocation location(SourceInfo info, List<Range> ranges) {
        if (!info.equals(lastSource)) {
            lastSource = info;
            lastLines = SourceLocation.linesOf(info.getData().toStringUtf8());
        }
        return new SourceLocation(
                info.getFilename(),
                lastLines,
                ranges.stream()
                        .map(range -> new SourceLocation.Lines(
                                range.getStart().getLine(), range.getEnd().getLine()))
                        .toList());
    }

    private static String text(ByteString bytes) {
        return bytes.size() <= LONGEST_TEXT
                ? bytes.toStringUtf8()
                : bytes.substring(0, LONGEST_TEXT).toStringUtf8() + "…";
    }

    /** Limits a number to the range of an int. */
    private static int whole(long number) {
        return (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, number));
    }
}
