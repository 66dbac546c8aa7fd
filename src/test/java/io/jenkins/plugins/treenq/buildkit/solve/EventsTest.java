// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.solve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.jenkins.plugins.treenq.buildkit.BuildEvent;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.progress.PlainPrinter;
import io.jenkins.plugins.treenq.buildkit.progress.RawJsonPrinter;
import io.jenkins.plugins.treenq.buildkit.progress.SourceSnippet;
import io.jenkins.plugins.treenq.buildkit.wire.control.StatusResponse;
import io.jenkins.plugins.treenq.buildkit.wire.control.Vertex;
import io.jenkins.plugins.treenq.buildkit.wire.control.VertexLog;
import io.jenkins.plugins.treenq.buildkit.wire.control.VertexStatus;
import io.jenkins.plugins.treenq.buildkit.wire.control.VertexWarning;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EventsTest {
    private final Events events = new Events();
    private final List<BuildEvent> heard = new ArrayList<>();

    private void read(StatusResponse.Builder message) throws BuildkitException {
        events.read(message.build(), heard::add);
    }

    private static StatusResponse.Builder log(String vertex, int stream, byte[] bytes) {
        return StatusResponse.newBuilder()
                .addLogs(VertexLog.newBuilder()
                        .setVertex(vertex)
                        .setStream(stream)
                        .setMsg(ByteString.copyFrom(bytes)));
    }

    private String text(String vertex, int stream) {
        StringBuilder text = new StringBuilder();
        for (BuildEvent event : heard) {
            if (event instanceof BuildEvent.Output output
                    && output.vertex().equals(vertex)
                    && output.stream() == stream) {
                text.append(output.text());
            }
        }
        return text.toString();
    }

    @Test
    void outputEventsHaveTheOriginalBytes() throws Exception {
        byte[] bytes = {'c', 'a', 'f', (byte) 0xe9, (byte) 0xff, '\n', (byte) 0xc3};
        for (byte one : bytes) {
            read(log("v", 1, new byte[] {one}));
        }
        List<String> lines = new ArrayList<>();
        heard.forEach(new RawJsonPrinter(lines::add)::onEvent);
        StringBuilder told = new StringBuilder();
        for (String line : lines) {
            byte[] data = Base64.getDecoder().decode(line.replaceAll(".*\"data\":\"([^\"]*)\".*", "$1"));
            told.append(new String(data, StandardCharsets.ISO_8859_1));
        }
        assertEquals(new String(bytes, StandardCharsets.ISO_8859_1), told.toString());
        assertEquals("caf\uFFFD\uFFFD\n", text("v", 1));
    }

    @Test
    void charactersInSeveralPiecesAreDecoded() throws Exception {
        byte[] bytes = "a\u00e4\u65e5\uD83D\uDE00\n".getBytes(StandardCharsets.UTF_8);
        for (byte single : bytes) {
            read(log("v", 1, new byte[] {single}));
        }
        assertEquals("a\u00e4\u65e5\uD83D\uDE00\n", text("v", 1));
    }

    @Test
    void replayedOutputIsDeliveredOnce() throws Exception {
        Random random = new Random(7);
        byte[] whole = "line of output \u65e5\n".repeat(200).getBytes(StandardCharsets.UTF_8);
        for (int attempt = 0; attempt < 5; attempt++) {
            int end = attempt == 4 ? whole.length : whole.length * (attempt + 1) / 7;
            for (int at = 0; at < end; ) {
                int next = Math.min(end, at + 1 + random.nextInt(90));
                read(log("v", 1, Arrays.copyOfRange(whole, at, next)));
                at = next;
            }
            events.replay();
        }
        assertEquals(new String(whole, StandardCharsets.UTF_8), text("v", 1));
    }

    @Test
    void outputOfStreamsAndVerticesIsSeparate() throws Exception {
        read(log("v", 1, "one".getBytes(StandardCharsets.UTF_8)));
        read(log("v", 2, "two".getBytes(StandardCharsets.UTF_8)));
        read(log("w", 1, "three".getBytes(StandardCharsets.UTF_8)));
        assertEquals("one", text("v", 1));
        assertEquals("two", text("v", 2));
        assertEquals("three", text("w", 1));
    }

    @Test
    void aWarningIsDeliveredOnce() throws Exception {
        StatusResponse.Builder warning = StatusResponse.newBuilder()
                .addWarnings(VertexWarning.newBuilder().setVertex("v").setShort(ByteString.copyFromUtf8("rule: text")));
        read(warning);
        events.replay();
        read(warning);
        assertEquals(1, heard.size());
    }

    @Test
    void aVertexInOneMessageEndsAfterItsOutput() throws Exception {
        Timestamp.Builder at = Timestamp.newBuilder();
        read(StatusResponse.newBuilder()
                .addVertexes(Vertex.newBuilder()
                        .setDigest("v")
                        .setStarted(at.setSeconds(10))
                        .setCompleted(at.setSeconds(20))
                        .setError("it failed"))
                .addLogs(VertexLog.newBuilder()
                        .setVertex("v")
                        .setStream(1)
                        .setTimestamp(at.setSeconds(15))
                        .setMsg(ByteString.copyFromUtf8("output"))));
        assertEquals(3, heard.size());
        BuildEvent.VertexChanged start = (BuildEvent.VertexChanged) heard.get(0);
        assertNull(start.completed());
        assertEquals("", start.error());
        assertEquals("output", ((BuildEvent.Output) heard.get(1)).text());
        assertEquals("it failed", ((BuildEvent.VertexChanged) heard.get(2)).error());
    }

    @Test
    void aVertexThatWaitsHasNoTimes() throws Exception {
        read(StatusResponse.newBuilder()
                .addVertexes(Vertex.newBuilder().setDigest("v").setName("step")));
        BuildEvent.VertexChanged vertex = (BuildEvent.VertexChanged) heard.get(0);
        assertNull(vertex.started());
        assertNull(vertex.completed());
        assertEquals("step", vertex.name());
    }

    /** Messages with random values in each field. */
    @Test
    void randomMessagesBecomePrintableEvents() throws Exception {
        Random random = new Random(20);
        PlainPrinter plain = new PlainPrinter(line -> {});
        RawJsonPrinter json = new RawJsonPrinter(line -> {});
        for (int round = 0; round < 3_000; round++) {
            if (random.nextInt(20) == 0) {
                events.replay();
            }
            events.read(RandomMessages.status(random), event -> {
                plain.onEvent(event);
                json.onEvent(event);
                if (event instanceof BuildEvent.Warning warning && warning.location() != null) {
                    SourceSnippet.of(warning.location());
                }
            });
        }
        plain.close();
        plain.failureTail();
    }

    @Test
    void invalidNumbersAndTimesAreLimitedToTheirRange() throws Exception {
        read(StatusResponse.newBuilder()
                .addStatuses(VertexStatus.newBuilder()
                        .setVertex("v")
                        .setCurrent(-5)
                        .setTotal(Long.MIN_VALUE)
                        .setTimestamp(Timestamp.newBuilder()
                                .setSeconds(Long.MAX_VALUE)
                                .setNanos(-1))));
        BuildEvent.Progress progress = (BuildEvent.Progress) heard.get(0);
        assertEquals(0, progress.current());
        assertEquals(0, progress.total());
        assertEquals(Instant.parse("9999-12-31T23:59:59Z"), progress.timestamp());
    }

    @Test
    void aLongWarningIsTruncated() throws Exception {
        read(StatusResponse.newBuilder()
                .addWarnings(VertexWarning.newBuilder()
                        .setVertex("v")
                        .setLevel(Long.MAX_VALUE)
                        .setShort(ByteString.copyFrom(new byte[5 << 20]))
                        .addAllDetail(Collections.nCopies(100_000, ByteString.EMPTY))));
        BuildEvent.Warning warning = (BuildEvent.Warning) heard.get(0);
        assertTrue(warning.summary().length() < 100_000);
        assertTrue(warning.detail().size() < 10_000);
        assertEquals(Integer.MAX_VALUE, warning.level());
    }

    @Test
    void theMemoryForNewVerticesAndOutputIsLimited() throws Exception {
        Events small = new Events(100_000);
        StatusResponse known = StatusResponse.newBuilder()
                .addVertexes(Vertex.newBuilder().setDigest("v").setName("x".repeat(10_000)))
                .addStatuses(VertexStatus.newBuilder().setVertex("v").setID("i"))
                .build();
        for (int i = 0; i < 1_000; i++) {
            small.read(known, event -> {});
        }
        for (int kind = 0; kind < 4; kind++) {
            Events events = new Events(100_000);
            int which = kind;
            assertThrows(BuildkitException.DaemonFailedException.class, () -> {
                for (int i = 0; i < 1_000; i++) {
                    StatusResponse.Builder message = StatusResponse.newBuilder();
                    switch (which) {
                        case 0 -> message.addVertexesBuilder().setDigest("v" + i);
                        case 1 -> message.addStatusesBuilder().setVertex("v").setID("i" + i);
                        case 2 -> message.addLogsBuilder().setVertex("v").setStream(i);
                        default -> message.addWarningsBuilder().setVertex("v").setUrl("u" + i);
                    }
                    events.read(message.build(), event -> {});
                }
            });
        }
    }

    @Test
    void outputKeepsItsOrderIndependentOfItsTimes() throws Exception {
        StatusResponse.Builder message = StatusResponse.newBuilder();
        for (int i = 0; i < 10; i++) {
            message.addLogs(VertexLog.newBuilder()
                    .setVertex("v")
                    .setStream(1)
                    .setTimestamp(Timestamp.newBuilder().setSeconds(100 - i))
                    .setMsg(ByteString.copyFromUtf8(Integer.toString(i))));
        }
        read(message);
        assertEquals("0123456789", text("v", 1));
    }
}
