// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import io.jenkins.plugins.treenq.buildkit.wire.filesync.FileSyncGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.filetransfer.Packet;
import io.jenkins.plugins.treenq.buildkit.wire.filetransfer.Stat;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalIoHandler;
import io.netty.channel.local.LocalServerChannel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A daemon that does what a test tells it, connected to a service in the same process through real HTTP/2. */
final class LocalDaemon implements AutoCloseable {
    private static final int MAX_MESSAGE_BYTES = 16 << 20;

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, LocalIoHandler.newFactory());
    private final Server server;
    private final ManagedChannel channel;

    LocalDaemon(FileSyncService service) throws IOException {
        LocalAddress address = new LocalAddress(UUID.randomUUID().toString());
        server = NettyServerBuilder.forAddress(address)
                .channelType(LocalServerChannel.class)
                .bossEventLoopGroup(loops)
                .workerEventLoopGroup(loops)
                .maxInboundMetadataSize(1 << 20)
                .addService(service.intercepted())
                .build()
                .start();
        channel = NettyChannelBuilder.forAddress(address)
                .channelType(LocalChannel.class)
                .eventLoopGroup(loops)
                .usePlaintext()
                .overrideAuthority("localhost")
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .build();
    }

    /** Asks for a folder and reads everything that comes as soon as it comes. */
    Transfer fetch(String folder) {
        return fetch(headers("dir-name", folder), Integer.MAX_VALUE);
    }

    /** @param packets that are read before {@link Transfer#read} asks for more */
    Transfer fetch(Metadata headers, int packets) {
        Transfer transfer = new Transfer(packets);
        ClientCalls.asyncBidiStreamingCall(
                ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers))
                        .newCall(FileSyncGrpc.getDiffCopyMethod(), CallOptions.DEFAULT),
                transfer);
        return transfer;
    }

    /** @param pairs key, value, key, value, … */
    static Metadata headers(String... pairs) {
        Metadata headers = new Metadata();
        for (int i = 0; i < pairs.length; i += 2) {
            headers.put(Metadata.Key.of(pairs[i], Metadata.ASCII_STRING_MARSHALLER), pairs[i + 1]);
        }
        return headers;
    }

    @Override
    public void close() {
        channel.shutdownNow();
        server.shutdownNow();
        try {
            channel.awaitTermination(5, TimeUnit.SECONDS);
            server.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    /** One call, as the daemon sees it. */
    static final class Transfer implements ClientResponseObserver<Packet, Packet> {
        private static final Packet NONE = Packet.newBuilder().setID(-1).build();

        private final int packetsAtFirst;
        private final BlockingQueue<Packet> packets = new LinkedBlockingQueue<>();
        private volatile Status status;
        private ClientCallStreamObserver<Packet> call;

        private Transfer(int packetsAtFirst) {
            this.packetsAtFirst = packetsAtFirst;
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<Packet> started) {
            call = started;
            call.disableAutoRequestWithInitial(packetsAtFirst);
        }

        @Override
        public void onNext(Packet packet) {
            packets.add(packet);
        }

        @Override
        public void onError(Throwable cause) {
            status = Status.fromThrowable(cause);
            packets.add(NONE);
        }

        @Override
        public void onCompleted() {
            status = Status.OK;
            packets.add(NONE);
        }

        void read(int count) {
            call.request(count);
        }

        void send(Packet.PacketType type, String text) {
            call.onNext(Packet.newBuilder()
                    .setType(type)
                    .setData(ByteString.copyFromUtf8(text))
                    .build());
        }

        void request(int id) {
            call.onNext(Packet.newBuilder()
                    .setType(Packet.PacketType.PACKET_REQ)
                    .setID(id)
                    .build());
        }

        void cancel() {
            call.cancel("the test gives up", null);
        }

        void halfClose() {
            call.onCompleted();
        }

        /** The next packet, or null at the end of the stream. */
        Packet next() throws InterruptedException {
            Packet packet = packets.poll(20, TimeUnit.SECONDS);
            if (packet == null) {
                throw new AssertionError("no packet came");
            }
            if (packet == NONE) {
                packets.add(NONE);
                return null;
            }
            return packet;
        }

        /** Packets that came and were not taken. */
        int pending() {
            return packets.size();
        }

        Packet next(Packet.PacketType type) throws InterruptedException {
            Packet packet = next();
            if (packet == null || packet.getType() != type) {
                throw new AssertionError(type + " expected, not " + packet + " " + status);
            }
            return packet;
        }

        /** All entries up to the end of the walk. */
        List<Stat> walk() throws InterruptedException {
            List<Stat> walk = new ArrayList<>();
            for (Packet packet = next(Packet.PacketType.PACKET_STAT);
                    packet.hasStat();
                    packet = next(Packet.PacketType.PACKET_STAT)) {
                walk.add(packet.getStat());
            }
            return walk;
        }

        /** The rest of a file's content, when nothing else comes meanwhile. */
        byte[] content(int id) throws InterruptedException {
            ByteArrayOutputStream content = new ByteArrayOutputStream();
            while (true) {
                Packet packet = next(Packet.PacketType.PACKET_DATA);
                if (packet.getID() != id) {
                    throw new AssertionError("content of " + packet.getID() + " instead of " + id);
                }
                if (packet.getData().isEmpty()) {
                    return content.toByteArray();
                }
                content.writeBytes(packet.getData().toByteArray());
            }
        }

        /** How the stream ended, after everything that was still to come. */
        Status end() throws InterruptedException {
            while (next() != null) {
                // What came before the end is not asked for.
            }
            return status;
        }
    }
}
