// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.jenkins.plugins.treenq.buildkit.compression.GzippedMessages;
import io.jenkins.plugins.treenq.buildkit.wire.filesync.FileSyncGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.filetransfer.Packet;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** A packet as it is sent: as it is, or compressed beforehand. */
final class OutgoingPacket {
    private static final MethodDescriptor.Marshaller<Packet> PLAIN =
            FileSyncGrpc.getDiffCopyMethod().getResponseMarshaller();

    /** Encodes outgoing packets like gRPC's marshaller encodes packets, and writes compressed packets as they are. */
    static final MethodDescriptor.Marshaller<OutgoingPacket> MARSHALLER = new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(OutgoingPacket packet) {
            return packet.message == null
                    ? PLAIN.stream(packet.packet)
                    : new CompressedStream(packet.message, packet.compressed);
        }

        @Override
        public OutgoingPacket parse(InputStream stream) {
            throw new UnsupportedOperationException("outgoing packets are never parsed");
        }
    };

    private final Packet packet;
    private final byte[] message;
    private final byte[] compressed;

    private OutgoingPacket(Packet packet, byte[] message, byte[] compressed) {
        this.packet = packet;
        this.message = message;
        this.compressed = compressed;
    }

    static OutgoingPacket plain(Packet packet) {
        return new OutgoingPacket(packet, null, null);
    }

    /** @param compressed the encoded packet, compressed */
    static OutgoingPacket compressed(Packet packet, byte[] message, byte[] compressed) {
        return new OutgoingPacket(packet, message, compressed);
    }

    Packet packet() {
        return packet;
    }

    boolean isCompressed() {
        return compressed != null;
    }

    /** Returns the number of bytes of the encoded packet. */
    int contentBytes() {
        return packet.getSerializedSize();
    }

    /** Returns the number of bytes that are sent. */
    int sentBytes() {
        return compressed == null ? contentBytes() : compressed.length;
    }

    private static final class CompressedStream extends ByteArrayInputStream implements Drainable, KnownLength {
        private final byte[] compressed;

        CompressedStream(byte[] message, byte[] compressed) {
            super(message);
            this.compressed = compressed;
        }

        @Override
        public int drainTo(OutputStream target) throws IOException {
            GzippedMessages.write(buf, compressed, target);
            // gRPC compares the number with the length of the message before compression.
            return buf.length;
        }
    }
}
