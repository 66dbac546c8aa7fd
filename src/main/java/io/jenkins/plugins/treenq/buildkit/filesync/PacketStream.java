// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import io.grpc.stub.ServerCallStreamObserver;
import io.jenkins.plugins.treenq.buildkit.compression.CompressionDecision;
import io.jenkins.plugins.treenq.buildkit.compression.GzipCompressor;
import io.jenkins.plugins.treenq.buildkit.compression.GzippedMessages;
import io.jenkins.plugins.treenq.buildkit.compression.NetworkQueue;
import io.jenkins.plugins.treenq.buildkit.compression.SentBytes;
import io.jenkins.plugins.treenq.buildkit.wire.filetransfer.Packet;
import java.util.List;

/**
 * The stream of packets to the daemon, on which each packet is compressed or not. Only the content of files is
 * compressed: a stat alone is too small. Except for the compression of a packet, the stream is not safe for use by
 * several threads.
 */
final class PacketStream {
    /** Packets of fewer bytes hardly become smaller. */
    private static final int SMALLEST_BYTES = 256;

    /** The number of bytes that may wait for the network before the stream stops being ready. */
    private static final int BUFFERED_BYTES = 256 << 10;

    private final ServerCallStreamObserver<OutgoingPacket> answers;
    private final boolean mayCompress;
    private final CompressionDecision decision;
    private final SentBytes sentBytes;
    private final NetworkQueue queue = new NetworkQueue(BUFFERED_BYTES);

    /** @param acceptsGzip whether the daemon decompresses messages */
    PacketStream(
            ServerCallStreamObserver<OutgoingPacket> answers,
            boolean acceptsGzip,
            CompressionDecision decision,
            SentBytes sentBytes) {
        this.answers = answers;
        this.mayCompress = acceptsGzip && decision.allowed();
        this.decision = decision;
        this.sentBytes = sentBytes;
    }

    /**
     * @param onReady action that runs when the stream is ready again
     * @param onCancel action that runs when the daemon has cancelled the call
     */
    void begin(Runnable onReady, Runnable onCancel) {
        answers.setOnReadyThreshold(BUFFERED_BYTES);
        answers.setOnReadyHandler(() -> {
            queue.fellToThreshold();
            onReady.run();
        });
        answers.setOnCancelHandler(onCancel);
        if (mayCompress) {
            // The header that names the encoding is sent with the first packet; each packet says whether it is encoded.
            answers.setCompression(GzippedMessages.ENCODING);
        }
        decision.begin();
    }

    /** Notes that no packet follows. Must be called once. */
    void end() {
        decision.end();
    }

    /**
     * Returns whether to compress the next packet. It is not compressed if the network would be idle until the
     * compressor has finished.
     */
    boolean compresses() {
        return mayCompress && decision.compresses() && !queue.runsLow();
    }

    /** Compresses a packet on the calling thread, unless the packet would not become clearly smaller. */
    static OutgoingPacket compressed(Packet packet) {
        if (packet.getData().size() < SMALLEST_BYTES) {
            return OutgoingPacket.plain(packet);
        }
        byte[] message = packet.toByteArray();
        return GzipCompressor.compress(message)
                .map(compressed -> OutgoingPacket.compressed(packet, message, compressed))
                .orElseGet(() -> OutgoingPacket.plain(packet));
    }

    boolean isReady() {
        return answers.isReady();
    }

    /** Notes that a sender of content has to wait until the stream is ready. */
    void waits() {
        decision.waits();
    }

    /** Sends packets with content. */
    void sendContent(List<OutgoingPacket> packets) {
        long content = 0;
        for (OutgoingPacket packet : packets) {
            content += packet.contentBytes();
            send(packet);
        }
        decision.sent(content);
    }

    void send(OutgoingPacket packet) {
        answers.setMessageCompression(packet.isCompressed());
        answers.onNext(packet);
        sentBytes.add(packet.contentBytes(), packet.sentBytes());
        queue.sent(packet.sentBytes());
    }

    void onCompleted() {
        answers.onCompleted();
    }

    void onError(Throwable failure) {
        answers.onError(failure);
    }
}
