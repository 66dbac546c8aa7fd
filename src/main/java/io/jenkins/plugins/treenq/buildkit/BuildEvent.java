// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/**
 * An event in the progress of a build. A vertex is a node of the build graph, such as a build step of a Dockerfile, and
 * is identified by its digest.
 */
public sealed interface BuildEvent {

    /** Returns the digest of the vertex that the event belongs to. */
    String vertex();

    /**
     * A vertex was announced, started or completed. The daemon may start and complete the same vertex several times.
     *
     * @param vertex digest of the vertex
     * @param inputs digests of the vertices whose results this vertex needs
     * @param name display name, such as {@code [2/3] RUN make}
     * @param cached whether the result of the vertex was taken from the cache
     * @param started time of the start; null while the vertex waits
     * @param completed time of the end; null while the vertex waits or runs
     * @param error error message; empty if the vertex did not fail
     * @param group the group that displays the vertex; null if the vertex is displayed on its own
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

        /** Returns a copy of this event with another display name. */
        public VertexChanged withName(String other) {
            return new VertexChanged(vertex, inputs, other, cached, started, completed, error, group);
        }
    }

    /**
     * A group of vertices that is displayed as one vertex.
     *
     * @param weak whether the group is hidden as long as only weak members have run
     */
    record Group(String id, String name, boolean weak) {}

    /**
     * Progress of a part of a vertex, such as a layer or a transfer.
     *
     * @param id name of the part within the vertex, such as {@code transferring context:}
     * @param name kind of the work, such as {@code transferring}; empty if the daemon names none
     * @param current number of bytes that are done; 0 if the part does not count bytes
     * @param total total number of bytes; 0 if the total is unknown
     * @param timestamp time at which this progress was measured
     * @param started time of the start; null while the part waits
     * @param completed time of the end; null while the part waits or runs
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
        /** Creates progress of a part whose kind of work the daemon does not name. */
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
     * @param stream 1 for standard output, 2 for standard error
     * @param text complete characters, which are not always complete lines; empty if the bytes end within a character
     * @param bytes bytes that the process wrote, which are not necessarily text
     */
    record Output(String vertex, Instant timestamp, int stream, String text, ByteBuffer bytes) implements BuildEvent {
        public Output {
            bytes = bytes.asReadOnlyBuffer();
        }

        /** Creates output from text, with the text's UTF-8 encoding as its bytes. */
        public Output(String vertex, Instant timestamp, int stream, String text) {
            this(vertex, timestamp, stream, text, StandardCharsets.UTF_8.encode(text));
        }

        @Override
        public ByteBuffer bytes() {
            // Each caller gets its own buffer, because reading a buffer moves its position.
            return bytes.duplicate();
        }
    }

    /**
     * A warning of the frontend's build checks.
     *
     * @param summary one line with the name of the rule and the violation
     * @param detail further lines
     * @param url address of the rule's description; empty if there is none
     * @param location location in the Dockerfile; null if the warning has none
     */
    record Warning(String vertex, int level, String summary, List<String> detail, String url, SourceLocation location)
            implements BuildEvent {
        public Warning {
            detail = List.copyOf(detail);
        }
    }

    /**
     * Creates the events of a vertex that does nothing and has a warning. The client reports its own warnings about a
     * build this way, so that they appear in the build's log.
     */
    static List<BuildEvent> notice(String vertex, String name, String warning) {
        Instant now = Instant.now();
        return List.of(
                new VertexChanged(vertex, List.of(), name, false, now, null, "", null),
                new Warning(vertex, 1, warning, List.of(), "", null),
                new VertexChanged(vertex, List.of(), name, false, now, now, "", null));
    }
}
