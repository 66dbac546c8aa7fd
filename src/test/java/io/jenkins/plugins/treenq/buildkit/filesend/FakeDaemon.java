// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesend;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import io.jenkins.plugins.treenq.buildkit.fsutil.FileMode;
import io.jenkins.plugins.treenq.buildkit.wire.filearrival.ArrivingPacket;
import io.jenkins.plugins.treenq.buildkit.wire.filearrival.ArrivingStat;
import io.jenkins.plugins.treenq.buildkit.wire.filesync.BytesMessage;
import io.jenkins.plugins.treenq.buildkit.wire.filesync.FileSendGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.filetransfer.Packet.PacketType;
import io.netty.channel.DefaultEventLoopGroup;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalServerChannel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A daemon that a test controls, connected to the service in the same process through real HTTP/2. */
final class FakeDaemon implements AutoCloseable {
    private static final int MAX_MESSAGE_BYTES = 16 << 20;
    private static final MethodDescriptor<ArrivingPacket, ArrivingPacket> PACKETS =
            FileSendGrpc.getDiffCopyMethod().toBuilder(
                            ProtoUtils.marshaller(ArrivingPacket.getDefaultInstance()),
                            ProtoUtils.marshaller(ArrivingPacket.getDefaultInstance()))
                    .build();

    private static final MethodDescriptor<byte[], byte[]> BYTES =
            FileSendGrpc.getDiffCopyMethod().toBuilder(new Bytes(), new Bytes()).build();

    private final EventLoopGroup loops = new DefaultEventLoopGroup(2);
    private final Server server;
    private final ManagedChannel channel;

    FakeDaemon(FileSendService service) throws IOException {
        LocalAddress address = new LocalAddress(UUID.randomUUID().toString());
        server = NettyServerBuilder.forAddress(address)
                .channelType(LocalServerChannel.class)
                .bossEventLoopGroup(loops)
                .workerEventLoopGroup(loops)
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .addService(service.definition())
                .build()
                .start();
        channel = NettyChannelBuilder.forAddress(address)
                .channelType(LocalChannel.class)
                .eventLoopGroup(loops)
                .usePlaintext()
                .overrideAuthority("localhost")
                .build();
    }

    /** @param headers key, value, key, value, … */
    Transfer<ArrivingPacket> sendFiles(String... headers) {
        return open(PACKETS, headers);
    }

    Transfer<BytesMessage> sendArchive(String... headers) {
        return open(FileSendGrpc.getDiffCopyMethod(), headers);
    }

    /** Opens a call on which bytes that are not valid messages can be sent. */
    Transfer<byte[]> sendBytes(String... headers) {
        return open(BYTES, headers);
    }

    private <T> Transfer<T> open(MethodDescriptor<T, T> method, String... pairs) {
        Metadata headers = new Metadata();
        for (int i = 0; i < pairs.length; i += 2) {
            headers.put(Metadata.Key.of(pairs[i], Metadata.ASCII_STRING_MARSHALLER), pairs[i + 1]);
        }
        Transfer<T> transfer = new Transfer<>();
        ClientCalls.asyncBidiStreamingCall(
                io.grpc.ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers))
                        .newCall(method, CallOptions.DEFAULT),
                transfer);
        return transfer;
    }

    @Override
    public void close() {
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

    static ArrivingPacket announce(ArrivingStat.Builder stat) {
        return ArrivingPacket.newBuilder().setStat(stat).build();
    }

    static ArrivingPacket endOfWalk() {
        return ArrivingPacket.getDefaultInstance();
    }

    static ArrivingPacket content(int id, byte... bytes) {
        return ArrivingPacket.newBuilder()
                .setType(PacketType.PACKET_DATA_VALUE)
                .setID(id)
                .setData(ByteString.copyFrom(bytes))
                .build();
    }

    static ArrivingPacket packet(PacketType type) {
        return ArrivingPacket.newBuilder().setType(type.getNumber()).build();
    }

    static ArrivingStat.Builder folder(String path) {
        return stat(path, FileMode.FOLDER | 0755);
    }

    static ArrivingStat.Builder file(String path, long sizeBytes) {
        return stat(path, 0644).setSize(sizeBytes);
    }

    static ArrivingStat.Builder symlink(String path, String target) {
        return stat(path, FileMode.SYMLINK | 0777).setLinkname(ByteString.copyFromUtf8(target));
    }

    static ArrivingStat.Builder hardLink(String path, String target) {
        return file(path, 1).setLinkname(ByteString.copyFromUtf8(target));
    }

    static ArrivingStat.Builder stat(String path, int mode) {
        return ArrivingStat.newBuilder()
                .setPath(ByteString.copyFromUtf8(path))
                .setMode(mode)
                .setModTime(1_600_000_000_123_456_789L);
    }

    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] message) {
            return new ByteArrayInputStream(message);
        }

        @Override
        public byte[] parse(InputStream message) {
            try {
                return message.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** One call, as the daemon sees it. */
    static final class Transfer<T> implements ClientResponseObserver<T, T> {
        private final BlockingQueue<T> answers = new LinkedBlockingQueue<>();
        private final CountDownLatch ended = new CountDownLatch(1);
        private volatile Status status;
        private ClientCallStreamObserver<T> call;

        @Override
        public void beforeStart(ClientCallStreamObserver<T> started) {
            call = started;
        }

        @Override
        public void onNext(T answer) {
            answers.add(answer);
        }

        @Override
        public void onError(Throwable cause) {
            status = Status.fromThrowable(cause);
            ended.countDown();
        }

        @Override
        public void onCompleted() {
            status = Status.OK;
            ended.countDown();
        }

        @SafeVarargs
        final Transfer<T> send(T... messages) {
            for (T message : messages) {
                call.onNext(message);
            }
            return this;
        }

        /** Sends a message if the client is ready to receive it. */
        boolean offer(T message) {
            boolean ready = call.isReady() && ended.getCount() > 0;
            if (ready) {
                call.onNext(message);
            }
            return ready;
        }

        void halfClose() {
            call.onCompleted();
        }

        void cancel() {
            call.cancel("the test gives up", null);
        }

        boolean isOver() {
            return ended.getCount() == 0;
        }

        T next() throws InterruptedException {
            T answer = answers.poll(2, TimeUnit.MINUTES);
            if (answer == null) {
                throw new AssertionError("no answer came; " + status);
            }
            return answer;
        }

        /** Returns the next received message; null if there is none. */
        T poll() {
            return answers.poll();
        }

        Status end() throws InterruptedException {
            if (!ended.await(2, TimeUnit.MINUTES)) {
                throw new AssertionError("the call did not end");
            }
            return status;
        }
    }
}
