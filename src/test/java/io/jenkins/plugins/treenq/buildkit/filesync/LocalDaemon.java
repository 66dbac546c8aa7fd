// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ClientStreamTracer;
import io.grpc.Codec;
import io.grpc.Compressor;
import io.grpc.CompressorRegistry;
import io.grpc.DecompressorRegistry;
import io.grpc.ForwardingServerCallListener;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import io.jenkins.plugins.treenq.buildkit.compression.CompressionDecision;
import io.jenkins.plugins.treenq.buildkit.compression.GzippedMessages;
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
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.zip.GZIPOutputStream;

/** A daemon that a test controls, connected to a service in the same process through real HTTP/2. */
final class LocalDaemon implements AutoCloseable {
    private static final int MAX_MESSAGE_BYTES = 16 << 20;

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, LocalIoHandler.newFactory());
    private final AtomicLong wireBytes = new AtomicLong();
    private final AtomicLong expandedBytes = new AtomicLong();
    private final ClientStreamTracer.Factory counting = new ClientStreamTracer.Factory() {
        @Override
        public ClientStreamTracer newClientStreamTracer(ClientStreamTracer.StreamInfo info, Metadata headers) {
            return new ClientStreamTracer() {
                @Override
                public void inboundWireSize(long bytes) {
                    wireBytes.addAndGet(bytes);
                }

                @Override
                public void inboundUncompressedSize(long bytes) {
                    expandedBytes.addAndGet(bytes);
                }
            };
        }
    };
    private final CountDownLatch cancelled = new CountDownLatch(1);
    private final CompressorRegistry spoiling = CompressorRegistry.newEmptyInstance();
    private volatile UnaryOperator<byte[]> spoil = UnaryOperator.identity();
    private final Server server;
    private final ManagedChannel channel;

    LocalDaemon(FileSyncService service) throws IOException {
        this(service, false);
    }

    /** @param plain whether the daemon does not accept compressed messages */
    LocalDaemon(FileSyncService service, boolean plain) throws IOException {
        LocalAddress address = new LocalAddress(UUID.randomUUID().toString());
        server = NettyServerBuilder.forAddress(address)
                .channelType(LocalServerChannel.class)
                .bossEventLoopGroup(loops)
                .workerEventLoopGroup(loops)
                .maxInboundMetadataSize(1 << 20)
                .compressorRegistry(GzippedMessages.registry())
                .addService(ServerInterceptors.intercept(service.intercepted(), new Cancellations()))
                .build()
                .start();
        channel = NettyChannelBuilder.forAddress(address)
                .channelType(LocalChannel.class)
                .eventLoopGroup(loops)
                .usePlaintext()
                .overrideAuthority("localhost")
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .compressorRegistry(spoiling)
                .decompressorRegistry(
                        plain
                                ? DecompressorRegistry.emptyInstance().with(Codec.Identity.NONE, false)
                                : DecompressorRegistry.getDefaultInstance())
                .intercept(new ClientInterceptor() {
                    @Override
                    public <Q, A> ClientCall<Q, A> interceptCall(
                            MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
                        return next.newCall(method, options.withStreamTracerFactory(counting));
                    }
                })
                .build();
        spoiling.register(Codec.Identity.NONE);
        spoiling.register(new Spoiling());
    }

    /** Notices when the server learns that a call was cancelled, and after the service has handled that. */
    private final class Cancellations implements ServerInterceptor {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            return new ForwardingServerCallListener.SimpleForwardingServerCallListener<>(
                    next.startCall(call, headers)) {
                @Override
                public void onCancel() {
                    super.onCancel();
                    cancelled.countDown();
                }
            };
        }
    }

    /** Waits until the service has handled the cancellation of a call. */
    void awaitCancelled() throws InterruptedException {
        cancelled.await();
    }

    /** Creates a decision to compress, which does not change because its clock stands still. */
    static CompressionDecision compressing() {
        AtomicLong now = new AtomicLong();
        CompressionDecision decision = new CompressionDecision(true, now::get);
        decision.begin();
        decision.waits();
        now.set(TimeUnit.SECONDS.toNanos(1));
        decision.sent(1 << 20);
        assertTrue(decision.compresses());
        return decision;
    }

    /** Returns the number of bytes of all messages on the wire, and of the same messages expanded. */
    long[] receivedBytes() {
        return new long[] {wireBytes.get(), expandedBytes.get()};
    }

    private final class Spoiling implements Compressor {
        @Override
        public String getMessageEncoding() {
            return "gzip";
        }

        @Override
        public OutputStream compress(OutputStream target) {
            return new ByteArrayOutputStream() {
                @Override
                public void close() throws IOException {
                    ByteArrayOutputStream gzip = new ByteArrayOutputStream();
                    try (OutputStream compressed = new GZIPOutputStream(gzip)) {
                        writeTo(compressed);
                    }
                    target.write(spoil.apply(gzip.toByteArray()));
                    target.close();
                }
            };
        }
    }

    /** Sends requests like {@link #fetch}, in compressed messages that are then modified. */
    Transfer fetchCompressed(Metadata headers, UnaryOperator<byte[]> spoilt) {
        spoil = spoilt;
        return fetch(headers, Integer.MAX_VALUE, CallOptions.DEFAULT.withCompression("gzip"));
    }

    /** Requests a folder and reads all packets immediately. */
    Transfer fetch(String folder) {
        return fetch(headers("dir-name", folder), Integer.MAX_VALUE);
    }

    /** @param packets number of packets that are read before {@link Transfer#read} requests more */
    Transfer fetch(Metadata headers, int packets) {
        return fetch(headers, packets, CallOptions.DEFAULT);
    }

    private Transfer fetch(Metadata headers, int packets, CallOptions options) {
        Transfer transfer = new Transfer(packets);
        ClientCalls.asyncBidiStreamingCall(
                ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers))
                        .newCall(FileSyncGrpc.getDiffCopyMethod(), options),
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
            Packet packet = packets.poll(2, TimeUnit.MINUTES);
            if (packet == null) {
                throw new AssertionError("no packet arrived in time");
            }
            if (packet == NONE) {
                packets.add(NONE);
                return null;
            }
            return packet;
        }

        /** The received packets that were not read yet. */
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

        /** Returns all entries up to the end of the walk. */
        List<Stat> walk() throws InterruptedException {
            List<Stat> walk = new ArrayList<>();
            for (Packet packet = next(Packet.PacketType.PACKET_STAT);
                    packet.hasStat();
                    packet = next(Packet.PacketType.PACKET_STAT)) {
                walk.add(packet.getStat());
            }
            return walk;
        }

        /** Returns the rest of a file's content, if no other packets arrive in between. */
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

        /** Returns the status of the stream after all packets were received. */
        Status end() throws InterruptedException {
            while (next() != null) {
                // Messages before the end are ignored.
            }
            return status;
        }
    }
}
