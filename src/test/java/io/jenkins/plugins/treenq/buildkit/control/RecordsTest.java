// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.control;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.FakeDaemon;
import io.jenkins.plugins.treenq.buildkit.solve.RandomMessages;
import io.jenkins.plugins.treenq.buildkit.wire.content.ContentGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.content.ReadContentRequest;
import io.jenkins.plugins.treenq.buildkit.wire.content.ReadContentResponse;
import io.jenkins.plugins.treenq.buildkit.wire.control.BuildHistoryEvent;
import io.jenkins.plugins.treenq.buildkit.wire.control.BuildHistoryRecord;
import io.jenkins.plugins.treenq.buildkit.wire.control.BuildHistoryRequest;
import io.jenkins.plugins.treenq.buildkit.wire.control.ControlGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.control.Descriptor;
import io.jenkins.plugins.treenq.buildkit.wire.control.DiskUsageRequest;
import io.jenkins.plugins.treenq.buildkit.wire.control.DiskUsageResponse;
import io.jenkins.plugins.treenq.buildkit.wire.control.ListWorkersRequest;
import io.jenkins.plugins.treenq.buildkit.wire.control.ListWorkersResponse;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Random responses of a daemon are converted to values. */
class RecordsTest {
    @Test
    void everyEventOfTheHistoryIsConverted() {
        Random random = new Random(3);
        for (int round = 0; round < 3_000; round++) {
            BuildHistoryEvent.Builder event = BuildHistoryEvent.newBuilder();
            RandomMessages.fill(event, random, 0);
            HistoryEvent value = RecordConversion.event(event.build());
            assertNotNull(value.kind());
            value.record().products();
        }
        assertEquals(
                HistoryEvent.Kind.OTHER,
                RecordConversion.event(
                                BuildHistoryEvent.newBuilder().setTypeValue(9).build())
                        .kind());
    }

    @Test
    void aDescriptorWithoutADigestIsOmitted() {
        HistoryEvent event = RecordConversion.event(BuildHistoryEvent.newBuilder()
                .setRecord(BuildHistoryRecord.newBuilder()
                        .setLogs(Descriptor.newBuilder().setDigest("../../etc/passwd")))
                .build());
        assertNull(event.record().logs());
    }

    private static final class Control extends ControlGrpc.ControlImplBase {
        private final Random random = new Random(4);

        @Override
        public void diskUsage(DiskUsageRequest request, StreamObserver<DiskUsageResponse> answer) {
            DiskUsageResponse.Builder message = DiskUsageResponse.newBuilder();
            RandomMessages.fill(message, random, 0);
            answer.onNext(message.build());
            answer.onCompleted();
        }

        @Override
        public void listWorkers(ListWorkersRequest request, StreamObserver<ListWorkersResponse> answer) {
            ListWorkersResponse.Builder message = ListWorkersResponse.newBuilder();
            RandomMessages.fill(message, random, 0);
            answer.onNext(message.build());
            answer.onCompleted();
        }

        @Override
        public void listenBuildHistory(BuildHistoryRequest request, StreamObserver<BuildHistoryEvent> answer) {
            for (int i = 0; i < 10; i++) {
                BuildHistoryEvent.Builder message = BuildHistoryEvent.newBuilder();
                RandomMessages.fill(message, random, 0);
                answer.onNext(message.build());
            }
            answer.onCompleted();
        }
    }

    @Test
    void everyResponseIsConverted() throws Exception {
        try (FakeDaemon daemon = new FakeDaemon(new Control())) {
            Cache cache = new Cache(daemon.channel(), daemon.endpoint());
            Workers workers = new Workers(daemon.channel(), daemon.endpoint());
            History history =
                    new History(daemon.channel(), daemon.endpoint(), () -> new DaemonInfo("", "v0.34.2", "", ""));
            for (int round = 0; round < 100; round++) {
                assertTrue(cache.usage(List.of()).stream().allMatch(record -> record.sizeBytes() >= 0));
                workers.list(List.of());
                history.list(HistoryQuery.ALL);
                history.find("v");
            }
        }
    }

    private static final class Store extends ContentGrpc.ContentImplBase {
        private final String text;

        Store(String text) {
            this.text = text;
        }

        @Override
        public void read(ReadContentRequest request, StreamObserver<ReadContentResponse> answer) {
            for (String piece : text.split("(?<=,)")) {
                answer.onNext(ReadContentResponse.newBuilder()
                        .setData(ByteString.copyFromUtf8(piece))
                        .build());
            }
            answer.onCompleted();
        }
    }

    @Test
    void aBlobMustHaveTheRequestedDigest() throws Exception {
        String right =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-512").digest("a,b,c".getBytes()));
        try (FakeDaemon daemon = new FakeDaemon(new Store("a,b,c"))) {
            HistoryBlobs contents = new HistoryBlobs(daemon.channel(), daemon.endpoint());
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            contents.copy(new Digest("sha512:" + right), out);
            assertEquals("a,b,c", out.toString());
            assertArrayEquals("a,b,c".getBytes(), contents.read(new Digest("sha512:" + right), 5));
            assertThrows(
                    BuildkitException.DaemonFailedException.class,
                    () -> contents.read(new Digest("sha512:" + right), 4));
            Digest wrong = new Digest("sha256:" + "0".repeat(64));
            assertThrows(
                    BuildkitException.DaemonFailedException.class,
                    () -> contents.copy(wrong, new ByteArrayOutputStream()));
        }
    }
}
