// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import io.grpc.Drainable;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.buildkit.compression.GzipCompressor;
import io.jenkins.plugins.treenq.buildkit.compression.GzippedMessages;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogins;
import io.jenkins.plugins.treenq.buildkit.session.Secrets;
import io.jenkins.plugins.treenq.buildkit.session.Session;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import io.jenkins.plugins.treenq.buildkit.solve.Solve;
import io.jenkins.plugins.treenq.buildkit.solve.SolveRequests;
import io.jenkins.plugins.treenq.buildkit.transport.DaemonChannel;
import io.jenkins.plugins.treenq.buildkit.transport.EventLoops;
import io.jenkins.plugins.treenq.buildkit.wire.filesync.FileSyncGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.filetransfer.Packet;
import io.jenkins.plugins.treenq.buildkit.wire.filetransfer.Packet.PacketType;
import io.jenkins.plugins.treenq.buildkit.wire.filetransfer.Stat;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A daemon refuses compressed content that was damaged on its way, and never builds something else from it. */
@Timeout(300)
class CorruptedTransferTest {
    private static final String DAEMONS = "io.jenkins.plugins.treenq.buildkit.Daemon#all";
    private static final int REGULAR_FILE = 0644;
    private static final byte[] DOCKERFILE = ("FROM scratch\nCOPY Dockerfile /\n"
                    + "# a comment, so that there is something to compress\n".repeat(100))
            .getBytes(java.nio.charset.StandardCharsets.UTF_8);

    /** A folder with a Dockerfile, whose content is sent compressed and then damaged. */
    private record Damaging(UnaryOperator<byte[]> damage) implements MethodDescriptor.Marshaller<Packet> {
        ServerServiceDefinition service() {
            MethodDescriptor<Packet, Packet> method = FileSyncGrpc.getDiffCopyMethod().toBuilder(
                            FileSyncGrpc.getDiffCopyMethod().getRequestMarshaller(), this)
                    .build();
            return ServerServiceDefinition.builder(FileSyncGrpc.SERVICE_NAME)
                    .addMethod(
                            method,
                            ServerCalls.asyncBidiStreamingCall(
                                    answers -> send((ServerCallStreamObserver<Packet>) answers)))
                    .build();
        }

        private static StreamObserver<Packet> send(ServerCallStreamObserver<Packet> answers) {
            answers.setCompression(GzippedMessages.ENCODING);
            answers.setMessageCompression(false);
            answers.onNext(Packet.newBuilder()
                    .setStat(Stat.newBuilder()
                            .setPath(ByteString.copyFromUtf8("Dockerfile"))
                            .setMode(REGULAR_FILE)
                            .setSize(DOCKERFILE.length))
                    .build());
            answers.onNext(Packet.getDefaultInstance());
            return new StreamObserver<>() {
                @Override
                public void onNext(Packet packet) {
                    if (packet.getType() == PacketType.PACKET_REQ) {
                        Packet.Builder data = Packet.newBuilder().setType(PacketType.PACKET_DATA);
                        answers.setMessageCompression(true);
                        answers.onNext(
                                data.setData(ByteString.copyFrom(DOCKERFILE)).build());
                        answers.setMessageCompression(false);
                        answers.onNext(data.clearData().build());
                    } else if (packet.getType() == PacketType.PACKET_FIN) {
                        answers.onNext(packet);
                        answers.onCompleted();
                    }
                }

                @Override
                public void onError(Throwable failure) {}

                @Override
                public void onCompleted() {}
            };
        }

        @Override
        public InputStream stream(Packet packet) {
            byte[] message = packet.toByteArray();
            byte[] compressed = GzipCompressor.compress(message).map(damage).orElse(null);
            return new Message(message, compressed);
        }

        @Override
        public Packet parse(InputStream stream) {
            throw new UnsupportedOperationException();
        }
    }

    private static final class Message extends ByteArrayInputStream implements Drainable {
        private final byte[] compressed;

        Message(byte[] message, byte[] compressed) {
            super(message);
            this.compressed = compressed;
        }

        @Override
        public int drainTo(OutputStream target) throws IOException {
            GzippedMessages.write(buf, compressed, target);
            return buf.length;
        }
    }

    private static void build(Daemon daemon, UnaryOperator<byte[]> damage) throws Exception {
        Endpoint endpoint = daemon.endpoint();
        try (EventLoops loops = new EventLoops()) {
            ManagedChannel channel = DaemonChannel.open(endpoint, loops);
            SessionContent content = new SessionContent(
                    Map.of(),
                    RegistryLogins.NONE,
                    Secrets.NONE,
                    UUID.randomUUID().toString());
            try (Session session =
                    Session.open(channel, loops, content, List.of(new Damaging(damage).service()), failure -> {})) {
                Solve.start(
                                channel,
                                endpoint,
                                loops.workers(),
                                SolveRequests.build(Builds.request().build(), session.id()),
                                BuildListener.NONE)
                        .await();
            } finally {
                channel.shutdownNow();
            }
        }
    }

    private static void refused(Daemon daemon, UnaryOperator<byte[]> damage) {
        BuildkitException failure = assertThrows(BuildkitException.class, () -> build(daemon, damage));
        assertFalse(failure.getMessage().contains("\n"), failure.getMessage());
    }

    @ParameterizedTest
    @MethodSource(DAEMONS)
    void anIntactContextIsBuilt(Daemon daemon) throws Exception {
        build(daemon, compressed -> compressed);
    }

    @ParameterizedTest
    @MethodSource(DAEMONS)
    void aDamagedContextIsRefused(Daemon daemon) {
        refused(daemon, compressed -> Arrays.copyOf(compressed, compressed.length / 2));
        refused(daemon, compressed -> Arrays.copyOf(compressed, compressed.length - 1));
        for (int place : new int[] {0, 20, -8, -4}) {
            refused(daemon, compressed -> {
                byte[] damaged = compressed.clone();
                damaged[place < 0 ? damaged.length + place : place] ^= 0x55;
                return damaged;
            });
        }
    }
}
