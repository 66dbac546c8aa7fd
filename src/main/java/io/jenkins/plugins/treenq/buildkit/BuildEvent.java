// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/** Something that happened in a build. A vertex is a step of it, named by its digest. */
public sealed interface BuildEvent {

    /** The vertex that this is about. */
    String vertex();

    /**
     * A vertex became known, started or ended; the same one may do so several times.
     *
     * @param vertex its digest
     * @param inputs digests of the vertices it needs
     * @param name such as {@code [2/3] RUN make}
     * @param cached its result was there already
     * @param started null while it waits
     * @param completed null while it waits or runs
     * @param error empty when there is none
     * @param group null, or the group that it is shown as a part of
     */
    record VertexChanged(
            String vertex,
            List<String> inputs,
            String name,
            boolean cached,
            Instant started,
            Instant completed,
            String error,
            Group group)
            implements BuildEvent {
        public VertexChanged {
            inputs = List.copyOf(inputs);
        }
    }

    /**
     * Vertices that are shown as one.
     *
     * @param weak hidden while only weak members ran
     */
    record Group(String id, String name, boolean weak) {}

    /**
     * Progress of a part of a vertex: a layer, a transfer.
     *
     * @param id names the part within the vertex; such as {@code transferring context:}
     * @param name what kind of work it is, such as {@code transferring}, or empty
     * @param current bytes so far, or 0
     * @param total bytes in all, or 0 when that is not known
     * @param timestamp of this state
     * @param started null while it waits
     * @param completed null while it runs
     */
    record Progress(
            String vertex,
            String id,
            String name,
            long current,
            long total,
            Instant timestamp,
            Instant started,
            Instant completed)
            implements BuildEvent {
        /** Without a name. */
        public Progress(
                String vertex,
                String id,
                long current,
                long total,
                Instant timestamp,
                Instant started,
                Instant completed) {
            this(vertex, id, "", current, total, timestamp, started, completed);
        }
    }

    /**
     * Output of a vertex.
     *
     * @param stream 1 is standard output, 2 standard error
     * @param text complete characters but not always complete lines; empty when the bytes end within a character
     * @param bytes as the process wrote them, which need not be text
     */
    record Output(String vertex, Instant timestamp, int stream, String text, ByteBuffer bytes) implements BuildEvent {
        public Output {
            bytes = bytes.asReadOnlyBuffer();
        }

        /** Of text alone. */
        public Output(String vertex, Instant timestamp, int stream, String text) {
            this(vertex, timestamp, stream, text, StandardCharsets.UTF_8.encode(text));
        }

        @Override
        public ByteBuffer bytes() {
            // Reading one moves its position.
            return bytes.duplicate();
        }
    }

    /**
     * A remark of the frontend's checks.
     *
     * @param summary the rule and what breaks it, in a line
     * @param detail further lines
     * @param url of the rule's description, or empty
     * @param location null when it is about no place
     */
    record Warning(String vertex, int level, String summary, List<String> detail, String url, SourceLocation location)
            implements BuildEvent {
        public Warning {
            detail = List.copyOf(detail);
        }
    }

    /** A step that did nothing but has a warning: how this side says something about a build, in its log. */
    static List<BuildEvent> notice(String vertex, String name, String warning) {
        Instant now = Instant.now();
        return List.of(
                new VertexChanged(vertex, List.of(), name, false, now, null, "", null),
                new Warning(vertex, 1, warning, List.of(), "", null),
                new VertexChanged(vertex, List.of(), name, false, now, now, "", null));
    }
}
