// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesend;

import com.google.protobuf.ByteString;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.fsutil.FileNames;
import io.jenkins.plugins.treenq.buildkit.wire.filearrival.ArrivingPacket;
import io.jenkins.plugins.treenq.buildkit.wire.filetransfer.Packet.PacketType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Requests the content of files and writes the pieces as they arrive, for several files at once. Instances are not
 * thread-safe.
 */
final class Downloads {
    private static final Logger LOGGER = Logger.getLogger(Downloads.class.getName());

    /**
     * The maximum number of open requests, which equals the size of a sender's queue ({@code fsutil/send.go}). Each
     * open request may hold an open file.
     */
    private static final int MOST = 128;

    private final TargetFolder destination;
    private final AnnouncedEntries announced;
    private final Consumer<byte[]> answers;
    private final BitSet pending = new BitSet();
    /** The ID before which no entry waits to be requested. */
    private int next;

    private final Map<Integer, Download> requested = new HashMap<>();

    private static final class Download {
        final Path path;
        long missingBytes;
        FileChannel content;

        Download(Path path, long missingBytes) {
            this.path = path;
            this.missingBytes = missingBytes;
        }
    }

    Downloads(TargetFolder destination, AnnouncedEntries announced, Consumer<byte[]> answers) {
        this.destination = destination;
        this.announced = announced;
        this.answers = answers;
    }

    /** Whether all pending content has been received. */
    boolean isEmpty() {
        return requested.isEmpty() && pending.isEmpty();
    }

    /** Adds an entry whose content is pending. The content is requested after that of the entries with lower IDs. */
    void add(int id) throws IOException {
        pending.set(id);
        request();
    }

    private void request() throws IOException {
        while (requested.size() < MOST) {
            int id = pending.nextSetBit(next);
            if (id < 0) {
                return;
            }
            pending.clear(id);
            next = id;
            requested.put(
                    id,
                    new Download(
                            FileNames.resolveNew(destination.root(), announced.path(id)), announced.sizeBytes(id)));
            answers.accept(ArrivingPacket.newBuilder()
                    .setType(PacketType.PACKET_REQ_VALUE)
                    .setID(id)
                    .build()
                    .toByteArray());
        }
    }

    /** Takes a piece of a file's content. An empty piece marks the end of the content. */
    void take(int id, ByteString piece) throws BuildkitException {
        Download download = requested.get(id);
        if (download == null) {
            throw ReceiveErrors.refused("content was received for entry " + Integer.toUnsignedString(id)
                    + ", which was not requested or is already complete");
        }
        try {
            if (!piece.isEmpty()) {
                write(id, download, piece);
                return;
            }
            if (download.missingBytes > 0) {
                throw ReceiveErrors.refused(named(id) + " has " + download.missingBytes + " bytes less than announced");
            }
            requested.remove(id);
            FileChannel content = download.content;
            download.content = null;
            content.close();
            destination.finish(download.path, announced.mode(id), announced.timeNanos(id));
            request();
        } catch (IOException e) {
            throw ReceiveErrors.unwritable(named(id), e);
        }
    }

    private void write(int id, Download download, ByteString piece) throws IOException, BuildkitException {
        download.missingBytes -= piece.size();
        if (download.missingBytes < 0) {
            throw ReceiveErrors.refused(
                    named(id) + " has more bytes than the " + announced.sizeBytes(id) + " announced");
        }
        if (download.content == null) {
            download.content = destination.open(download.path);
        }
        ByteBuffer bytes = piece.asReadOnlyByteBuffer();
        while (bytes.hasRemaining()) {
            download.content.write(bytes);
        }
    }

    private String named(int id) {
        return "output " + ReceiveErrors.quoted(announced.path(id));
    }

    /** Closes the files that are not complete. */
    void close() {
        for (Download download : requested.values()) {
            try {
                if (download.content != null) {
                    download.content.close();
                }
            } catch (IOException e) {
                LOGGER.log(Level.FINE, e, () -> "cannot close " + download.path);
            }
        }
    }
}
