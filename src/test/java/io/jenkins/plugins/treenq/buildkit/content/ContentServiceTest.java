// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.content;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.files.RootedPath;
import io.jenkins.plugins.treenq.buildkit.wire.content.AbortRequest;
import io.jenkins.plugins.treenq.buildkit.wire.content.ContentGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.content.DeleteContentRequest;
import io.jenkins.plugins.treenq.buildkit.wire.content.Info;
import io.jenkins.plugins.treenq.buildkit.wire.content.InfoRequest;
import io.jenkins.plugins.treenq.buildkit.wire.content.ListContentRequest;
import io.jenkins.plugins.treenq.buildkit.wire.content.ListStatusesRequest;
import io.jenkins.plugins.treenq.buildkit.wire.content.ReadContentRequest;
import io.jenkins.plugins.treenq.buildkit.wire.content.ReadContentResponse;
import io.jenkins.plugins.treenq.buildkit.wire.content.StatusRequest;
import io.jenkins.plugins.treenq.buildkit.wire.content.UpdateRequest;
import io.jenkins.plugins.treenq.buildkit.wire.content.WriteAction;
import io.jenkins.plugins.treenq.buildkit.wire.content.WriteContentRequest;
import io.jenkins.plugins.treenq.buildkit.wire.content.WriteContentResponse;
import io.netty.channel.DefaultEventLoopGroup;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalServerChannel;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The access that a daemon has to OCI layouts on this machine. */
class ContentServiceTest {
    private static final String EMPTY = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    @TempDir
    Path scratch;

    private final List<Throwable> failures = new CopyOnWriteArrayList<>();
    /** With one thread only, Netty's local channels block each other with large messages. */
    private final EventLoopGroup loops = new DefaultEventLoopGroup(2);

    private Path readable;
    private Path writable;
    private Server server;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws Exception {
        readable = Files.createDirectories(scratch.resolve("readable"));
        writable = scratch.resolve("writable");
        ContentService service = new ContentService(
                Map.of("oci:r", new RootedPath(readable, null), "local:w", new RootedPath(writable, null)),
                Set.of("local:w"),
                failures::add);
        LocalAddress address = new LocalAddress(UUID.randomUUID().toString());
        server = NettyServerBuilder.forAddress(address)
                .channelType(LocalServerChannel.class)
                .bossEventLoopGroup(loops)
                .workerEventLoopGroup(loops)
                .maxInboundMessageSize(16 << 20)
                .addService(service.intercepted())
                .build()
                .start();
        channel = NettyChannelBuilder.forAddress(address)
                .channelType(LocalChannel.class)
                .eventLoopGroup(loops)
                .usePlaintext()
                .overrideAuthority("localhost")
                .build();
    }

    @AfterEach
    void stop() {
        channel.shutdownNow();
        server.shutdownNow();
        try {
            channel.awaitTermination(1, TimeUnit.SECONDS);
            server.awaitTermination(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    private static io.grpc.ClientInterceptor store(String id) {
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("buildkit-attachable-store-id", Metadata.ASCII_STRING_MARSHALLER), id);
        return MetadataUtils.newAttachHeadersInterceptor(headers);
    }

    private ContentGrpc.ContentBlockingStub calls(String id) {
        return ContentGrpc.newBlockingStub(channel).withInterceptors(store(id));
    }

    private static String digest(byte[] content) throws Exception {
        return "sha256:"
                + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    }

    private String put(Path layout, byte[] content) throws Exception {
        String digest = digest(content);
        Path blobs = Files.createDirectories(layout.resolve("blobs/sha256"));
        Files.write(blobs.resolve(digest.substring(7)), content);
        return digest;
    }

    private static void assertRefused(Status.Code code, org.junit.jupiter.api.function.Executable call) {
        assertEquals(
                code,
                assertThrows(StatusRuntimeException.class, call).getStatus().getCode());
    }

    private byte[] read(String digest, long offset, long size) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        Iterator<ReadContentResponse> pieces = calls("oci:r")
                .read(ReadContentRequest.newBuilder()
                        .setDigest(digest)
                        .setOffset(offset)
                        .setSize(size)
                        .build());
        pieces.forEachRemaining(piece -> {
            assertEquals(content.size(), piece.getOffset());
            content.writeBytes(piece.getData().toByteArray());
        });
        return content.toByteArray();
    }

    @Test
    void blobsAreReadInWholeAndInPart() throws Exception {
        byte[] large = new byte[5_000_000];
        new Random(1).nextBytes(large);
        String digest = put(readable, large);
        Info info = calls("oci:r")
                .info(InfoRequest.newBuilder().setDigest(digest).build())
                .getInfo();
        assertEquals(large.length, info.getSize());
        assertEquals(digest, info.getDigest());
        assertArrayEquals(large, read(digest, 0, 0));
        assertArrayEquals(java.util.Arrays.copyOfRange(large, 1_000_000, 1_000_010), read(digest, 1_000_000, 10));
        assertArrayEquals(java.util.Arrays.copyOfRange(large, 4_999_990, 5_000_000), read(digest, 4_999_990, 100));
        assertArrayEquals(new byte[0], read(digest, 5_000_000, 1));
        assertRefused(Status.Code.OUT_OF_RANGE, () -> read(digest, 5_000_001, 1));
        put(readable, new byte[] {1});
        List<Info> all = new ArrayList<>();
        calls("oci:r")
                .list(ListContentRequest.getDefaultInstance())
                .forEachRemaining(part -> all.addAll(part.getInfoList()));
        assertEquals(2, all.size());
    }

    @Test
    void anEmptyLayoutHasNoBlobs() {
        assertRefused(Status.Code.NOT_FOUND, () -> read(EMPTY, 0, 0));
        assertFalse(calls("oci:r").list(ListContentRequest.getDefaultInstance()).hasNext());
        assertFalse(
                calls("local:w").list(ListContentRequest.getDefaultInstance()).hasNext());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "sha256:",
                "sha256:../../../etc/passwd",
                "../x:00",
                "sha256:E3B0",
                "md5:00",
                "sha256/x",
                "/etc/passwd"
            })
    void anInvalidDigestReadsNoFile(String digest) {
        assertRefused(Status.Code.INVALID_ARGUMENT, () -> read(digest, 0, 0));
        assertRefused(Status.Code.INVALID_ARGUMENT, () -> calls("oci:r")
                .info(InfoRequest.newBuilder().setDigest(digest).build()));
        if (!digest.isEmpty()) {
            Write write = new Write("local:w");
            write.send(WriteContentRequest.newBuilder().setRef("x").setExpected(digest));
            assertEquals(Status.Code.INVALID_ARGUMENT, write.end().getCode());
        }
    }

    @Test
    void linksAreNotFollowed() throws Exception {
        byte[] secret = {4, 5, 6};
        Path outside = scratch.resolve("outside");
        String digest = put(outside, secret);
        Files.createDirectories(readable.resolve("blobs/sha256"));
        Path link = readable.resolve("blobs/sha256").resolve(digest.substring(7));
        Files.createSymbolicLink(link, outside.resolve("blobs/sha256").resolve(digest.substring(7)));
        assertRefused(Status.Code.NOT_FOUND, () -> read(digest, 0, 0));
        Files.delete(link);
        Files.delete(readable.resolve("blobs/sha256"));
        Files.createSymbolicLink(readable.resolve("blobs/sha256"), outside.resolve("blobs/sha256"));
        assertRefused(Status.Code.NOT_FOUND, () -> read(digest, 0, 0));
        Files.createDirectories(writable);
        Files.createSymbolicLink(writable.resolve("ingest"), outside);
        Write write = new Write("local:w");
        write.send(WriteContentRequest.newBuilder().setRef("x").setTotal(1));
        assertEquals(Status.Code.INTERNAL, write.end().getCode());
        assertEquals(
                BuildkitException.OutputUnwritableException.class,
                failures.get(0).getClass());
        assertEquals(1, outside.toFile().list().length);
    }

    @Test
    void onlyStoresOfThisBuildExist() {
        for (String id : List.of("local:r", "", "export", "oci:")) {
            assertRefused(Status.Code.NOT_FOUND, () -> calls(id)
                    .info(InfoRequest.newBuilder().setDigest(EMPTY).build()));
        }
        assertRefused(Status.Code.INVALID_ARGUMENT, () -> ContentGrpc.newBlockingStub(channel)
                .info(InfoRequest.newBuilder().setDigest(EMPTY).build()));
    }

    @Test
    void aReadOnlyStoreCannotBeWritten() throws Exception {
        Write write = new Write("oci:r");
        write.send(WriteContentRequest.newBuilder().setRef("x").setTotal(1));
        assertEquals(Status.Code.PERMISSION_DENIED, write.end().getCode());
        assertEquals(0, readable.toFile().list().length);
        assertRefused(Status.Code.PERMISSION_DENIED, () -> calls("oci:r")
                .abort(AbortRequest.newBuilder().setRef("x").build()));
    }

    @Test
    void nothingIsEverDeletedOrLabelled() throws Exception {
        String digest = put(writable, new byte[] {1});
        assertRefused(Status.Code.PERMISSION_DENIED, () -> calls("local:w")
                .delete(DeleteContentRequest.newBuilder().setDigest(digest).build()));
        assertRefused(
                Status.Code.FAILED_PRECONDITION, () -> calls("local:w").update(UpdateRequest.getDefaultInstance()));
        assertTrue(Files.exists(writable.resolve("blobs/sha256/" + digest.substring(7))));
    }

    @Test
    void aBlobIsWrittenInPiecesAndAppearsComplete() throws Exception {
        byte[] content = new byte[3_000_000];
        new Random(2).nextBytes(content);
        String digest = digest(content);
        Write write = new Write("local:w");
        write.send(WriteContentRequest.newBuilder()
                .setRef("r")
                .setTotal(content.length)
                .setExpected(digest));
        assertEquals(0, write.answer().getOffset());
        for (int at = 0; at < content.length; at += 1_000_000) {
            write.send(WriteContentRequest.newBuilder()
                    .setAction(WriteAction.WRITE)
                    .setOffset(at)
                    .setData(ByteString.copyFrom(content, at, 1_000_000)));
            assertEquals(at + 1_000_000, write.answer().getOffset());
        }
        assertEquals(
                content.length,
                calls("local:w")
                        .status(StatusRequest.newBuilder().setRef("r").build())
                        .getStatus()
                        .getOffset());
        assertEquals(
                1,
                calls("local:w")
                        .listStatuses(ListStatusesRequest.getDefaultInstance())
                        .getStatusesCount());
        Path blob = writable.resolve("blobs/sha256").resolve(digest.substring(7));
        assertFalse(Files.exists(blob));
        write.send(WriteContentRequest.newBuilder()
                .setAction(WriteAction.COMMIT)
                .setOffset(content.length)
                .setTotal(content.length)
                .setExpected(digest));
        WriteContentResponse committed = write.answer();
        assertEquals(digest, committed.getDigest());
        assertEquals(content.length, committed.getOffset());
        assertEquals(Status.OK, write.end());
        assertArrayEquals(content, Files.readAllBytes(blob));
        assertNothingBegun();
        Write again = new Write("local:w");
        again.send(WriteContentRequest.newBuilder().setRef("r").setTotal(1).setExpected(digest));
        assertEquals(Status.Code.ALREADY_EXISTS, again.end().getCode());
    }

    private void assertNothingBegun() throws Exception {
        // The service removes the file after the end of the stream.
        for (int i = 0; i < 100 && writable.resolve("ingest").toFile().list().length > 0; i++) {
            Thread.sleep(20);
        }
        assertEquals(0, writable.resolve("ingest").toFile().list().length);
        assertRefused(Status.Code.NOT_FOUND, () -> calls("local:w")
                .status(StatusRequest.newBuilder().setRef("r").build()));
    }

    private Status writeAndCommit(long total, String expected, byte... content) throws Exception {
        Write write = new Write("local:w");
        write.send(WriteContentRequest.newBuilder().setRef("r").setTotal(total));
        write.answer();
        write.send(WriteContentRequest.newBuilder()
                .setAction(WriteAction.COMMIT)
                .setData(ByteString.copyFrom(content))
                .setExpected(expected));
        Status status = write.end();
        assertNothingBegun();
        return status;
    }

    @Test
    void contentThatDiffersFromItsAnnouncementBecomesNoBlob() throws Exception {
        String other = digest(new byte[] {9});
        assertEquals(
                Status.Code.FAILED_PRECONDITION,
                writeAndCommit(1, other, (byte) 8).getCode());
        assertEquals(
                Status.Code.OUT_OF_RANGE,
                writeAndCommit(1, other, (byte) 9, (byte) 9).getCode());
        assertEquals(
                Status.Code.FAILED_PRECONDITION,
                writeAndCommit(2, other, (byte) 9).getCode());
        assertEquals(
                Status.Code.OUT_OF_RANGE, writeAndCommit(0, other, (byte) 9).getCode());
        assertFalse(Files.exists(writable.resolve("blobs")));
        assertEquals(Status.OK, writeAndCommit(1, other, (byte) 9));
        assertTrue(Files.exists(writable.resolve("blobs/sha256").resolve(other.substring(7))));
        assertEquals(List.of(), failures);
    }

    @Test
    void otherAlgorithmsAreVerifiedToo() throws Exception {
        String sha512 = "sha512:"
                + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-512").digest(new byte[] {1}));
        assertEquals(Status.OK, writeAndCommit(1, sha512, (byte) 1));
        assertTrue(Files.exists(writable.resolve("blobs/sha512").resolve(sha512.substring(7))));
        assertEquals(
                Status.Code.FAILED_PRECONDITION,
                writeAndCommit(1, "sha512:" + "0".repeat(128), (byte) 1).getCode());
    }

    @Test
    void aWriteContinuesAtItsOffsetOrStartsAgain() throws Exception {
        Write write = new Write("local:w");
        write.send(WriteContentRequest.newBuilder().setRef("r").setTotal(3));
        write.answer();
        write.send(WriteContentRequest.newBuilder()
                .setAction(WriteAction.WRITE)
                .setData(ByteString.copyFrom(new byte[] {7, 7})));
        assertEquals(2, write.answer().getOffset());
        write.send(WriteContentRequest.newBuilder()
                .setAction(WriteAction.WRITE)
                .setData(ByteString.copyFrom(new byte[] {1, 2})));
        assertEquals(2, write.answer().getOffset());
        byte[] content = {1, 2, 3};
        write.send(WriteContentRequest.newBuilder()
                .setAction(WriteAction.COMMIT)
                .setOffset(2)
                .setData(ByteString.copyFrom(content, 2, 1)));
        assertEquals(digest(content), write.answer().getDigest());
        Write gap = new Write("local:w");
        gap.send(WriteContentRequest.newBuilder().setRef("r").setTotal(9));
        gap.answer();
        gap.send(WriteContentRequest.newBuilder()
                .setAction(WriteAction.WRITE)
                .setOffset(4)
                .setData(ByteString.copyFrom(content)));
        assertEquals(Status.Code.OUT_OF_RANGE, gap.end().getCode());
    }

    @Test
    void oneRefHasOneWriter() throws Exception {
        Write write = new Write("local:w");
        write.send(WriteContentRequest.newBuilder().setRef("r").setTotal(3));
        write.answer();
        Write other = new Write("local:w");
        other.send(WriteContentRequest.newBuilder().setRef("r").setTotal(3));
        assertEquals(Status.Code.UNAVAILABLE, other.end().getCode());
        assertRefused(Status.Code.UNAVAILABLE, () -> calls("local:w")
                .abort(AbortRequest.newBuilder().setRef("r").build()));
        write.halfClose();
        assertEquals(Status.OK, write.end());
        assertNothingBegun();
        calls("local:w").abort(AbortRequest.newBuilder().setRef("r").build());
    }

    @Test
    void aWriteWithoutARefIsRefused() {
        Write write = new Write("local:w");
        write.send(WriteContentRequest.newBuilder().setTotal(3));
        assertEquals(Status.Code.INVALID_ARGUMENT, write.end().getCode());
    }

    /** One call, as the daemon sees it. */
    private final class Write implements StreamObserver<WriteContentResponse> {
        private final BlockingQueue<Object> answers = new LinkedBlockingQueue<>();
        private final StreamObserver<WriteContentRequest> call;

        Write(String id) {
            call = ContentGrpc.newStub(channel).withInterceptors(store(id)).write(this);
        }

        void send(WriteContentRequest.Builder request) {
            call.onNext(request.build());
        }

        void halfClose() {
            call.onCompleted();
        }

        @Override
        public void onNext(WriteContentResponse answer) {
            answers.add(answer);
        }

        @Override
        public void onError(Throwable failure) {
            answers.add(Status.fromThrowable(failure));
        }

        @Override
        public void onCompleted() {
            answers.add(Status.OK);
        }

        WriteContentResponse answer() throws InterruptedException {
            return (WriteContentResponse) answers.poll(2, TimeUnit.MINUTES);
        }

        Status end() {
            try {
                while (true) {
                    Object answer = answers.poll(2, TimeUnit.MINUTES);
                    if (answer instanceof Status status) {
                        return status;
                    }
                    if (answer == null) {
                        throw new AssertionError("no response arrived in time");
                    }
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }
}
