// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.LocalSource;
import io.jenkins.plugins.treenq.buildkit.wire.filetransfer.Packet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * One transfer of a folder, which is the sending side of {@code fsutil/send.go}. A walk sends the stat of every entry.
 * At the same time, up to four readers send the content of the files that the daemon requests.
 *
 * <p>The walk and the readers are tasks that put their packets on one stream. When the stream is not ready, a task
 * returns its thread, and is queued on the executor again once the stream is ready. Neither a slow daemon nor a small
 * executor can therefore block other transfers.
 */
final class DiffCopy implements StreamObserver<Packet> {
    private static final Logger LOGGER = Logger.getLogger(DiffCopy.class.getName());

    /**
     * The largest piece of a file's content in one packet, in bytes. Together with its headers, a packet of this size
     * fills two HTTP/2 frames and has at most 32 KiB. For a larger message, the daemon's gRPC clears a buffer of 1 MiB
     * ({@code mem/buffer_pool.go}).
     */
    static final int CHUNK_BYTES = (32 << 10) - 32;

    private static final int READERS = 4;

    /**
     * The number of bytes that a task puts on the stream at once. Small packets that are sent one by one would cost a
     * TLS record and a system call each, on both sides.
     */
    private static final int BATCH_BYTES = CHUNK_BYTES;

    private static final int BATCH_ENTRIES = 100;

    /** The number of batches after which a task lets other tasks run. */
    private static final int TURN = 64;

    /** The number of packets of a file that are sent as they are after one that did not become smaller. */
    private static final int INCOMPRESSIBLE_PACKETS = 31;

    private static final OutgoingPacket END_OF_WALK = OutgoingPacket.plain(Packet.getDefaultInstance());
    private static final OutgoingPacket FIN = OutgoingPacket.plain(
            Packet.newBuilder().setType(Packet.PacketType.PACKET_FIN).build());

    private enum Outcome {
        SENT,
        /**
         * The stream is not ready. The task is kept and will run again; until then it must not use its state any more.
         */
        LATER,
        /** The transfer has ended, and no packet will be sent any more. */
        OVER
    }

    private final FolderRequest request;
    private final LocalSource source;
    private final Tree.Opener trees;
    private final Executor executor;
    private final Consumer<Throwable> onFailure;

    // The fields below are guarded by this object's lock, except for the calls that end the stream, which only the
    // thread for which end() returned true makes.
    private final PacketStream answers;
    private final SentEntries sent = new SentEntries();
    private final IdQueue requests = new IdQueue();
    private final List<Task> waiting = new ArrayList<>();
    private Tree tree;
    private int readers;
    private boolean over;

    DiffCopy(
            FolderRequest request,
            LocalSource source,
            Tree.Opener trees,
            Executor executor,
            Consumer<Throwable> onFailure,
            PacketStream answers) {
        this.request = request;
        this.source = source;
        this.trees = trees;
        this.executor = executor;
        this.onFailure = onFailure;
        this.answers = answers;
    }

    void start() {
        answers.begin(this::resume, this::abandon);
        execute(new Walk());
    }

    @Override
    public void onNext(Packet packet) {
        switch (packet.getType()) {
            case PACKET_REQ -> requested(packet.getID());
            case PACKET_FIN -> {
                if (end()) {
                    answers.send(FIN);
                    // The daemon reads to the end of the stream before it closes its own side, so the client ends the
                    // call first.
                    answers.onCompleted();
                    resume();
                }
            }
            case PACKET_ERR -> {
                if (end()) {
                    answers.onError(Status.ABORTED
                            .withDescription("the daemon canceled the transfer: "
                                    + packet.getData().toStringUtf8())
                            .asRuntimeException());
                    resume();
                }
            }
            default -> LOGGER.log(Level.FINE, "ignored a packet of type {0}", packet.getType());
        }
    }

    @Override
    public void onError(Throwable cause) {
        abandon();
    }

    @Override
    public void onCompleted() {
        fail(Status.ABORTED, "the daemon closed the transfer before its end");
    }

    private void requested(int id) {
        boolean valid;
        boolean another = false;
        synchronized (this) {
            if (over) {
                return;
            }
            valid = sent.request(id);
            if (valid) {
                requests.add(id);
                another = readers < READERS;
                readers += another ? 1 : 0;
            }
        }
        if (!valid) {
            fail(
                    Status.INVALID_ARGUMENT,
                    "the daemon requested entry " + Integer.toUnsignedString(id)
                            + ", which is unknown, not a file, or already requested");
        } else if (another) {
            execute(new Reader());
        }
    }

    /** Sends the packets, or keeps their task until the stream is ready. */
    private synchronized Outcome offer(List<OutgoingPacket> packets, Task task) {
        if (over) {
            return Outcome.OVER;
        }
        if (!answers.isReady()) {
            waiting.add(task);
            if (task.sendsContent()) {
                answers.waits();
            }
            return Outcome.LATER;
        }
        if (task.sendsContent()) {
            answers.sendContent(packets);
        } else {
            packets.forEach(answers::send);
        }
        return Outcome.SENT;
    }

    /**
     * Queues the kept tasks on the executor again. After the end of the transfer, they run once more to close their
     * files.
     */
    private void resume() {
        List<Task> tasks;
        synchronized (this) {
            tasks = new ArrayList<>(waiting);
            waiting.clear();
            if (over) {
                tasks.add(new Closing());
            }
        }
        tasks.forEach(this::execute);
    }

    private void execute(Task task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException e) {
            task.close();
            fail(Status.UNAVAILABLE, "the client is shutting down");
        }
    }

    private synchronized boolean isOver() {
        return over;
    }

    /** Marks the transfer as ended. Returns true for the first caller only, which has to end the stream. */
    private synchronized boolean end() {
        boolean first = !over;
        over = true;
        if (first) {
            answers.end();
        }
        return first;
    }

    private void abandon() {
        if (end()) {
            resume();
        }
    }

    private void fail(Status status, String message) {
        if (end()) {
            answers.send(OutgoingPacket.plain(Packet.newBuilder()
                    .setType(Packet.PacketType.PACKET_ERR)
                    .setData(ByteString.copyFromUtf8(message))
                    .build()));
            answers.onError(status.withDescription(message).asRuntimeException());
            resume();
        }
    }

    private abstract class Task implements Runnable {
        private int batches;

        /**
         * Whether this task lets other tasks run. If so, the task has been queued on the executor again and must
         * return.
         */
        final boolean yields() {
            batches++;
            if (batches < TURN) {
                return false;
            }
            batches = 0;
            execute(this);
            return true;
        }

        /**
         * Runs until the task has no more work, until {@link #yields} returns true, or until an offer has another
         * outcome than {@code SENT}.
         */
        abstract void proceed() throws BuildkitException.ContextUnreadableException, InvalidPatternException;

        /** Returns whether the task sends the content of files. */
        boolean sendsContent() {
            return false;
        }

        /** Closes the files that the task holds. May be called more than once. */
        abstract void close();

        @Override
        public final void run() {
            try {
                if (isOver()) {
                    close();
                } else {
                    proceed();
                }
            } catch (BuildkitException.ContextUnreadableException e) {
                close();
                // An executor that is shut down by shutdownNow() interrupts its running tasks.
                boolean interrupted = e.getCause() instanceof ClosedByInterruptException;
                if (!interrupted && !isOver()) {
                    onFailure.accept(e);
                }
                fail(interrupted ? Status.UNAVAILABLE : Status.FAILED_PRECONDITION, e.getMessage());
            } catch (InvalidPatternException e) {
                fail(Status.INVALID_ARGUMENT, e.getMessage());
            } catch (RuntimeException | Error e) {
                onFailure.accept(e);
                close();
                fail(Status.INTERNAL, "the client failed to send " + request.folder());
            }
        }
    }

    private final class Walk extends Task {
        private final List<ContextWalker.Walked> entries = new ArrayList<>();
        private final List<OutgoingPacket> packets = new ArrayList<>();
        private ContextWalker walker;
        private boolean atEnd;
        /**
         * The number of entries in the next batch. It starts at one and doubles, so that the daemon receives its first
         * entry early.
         */
        private int batchEntries = 1;

        @Override
        void proceed() throws BuildkitException.ContextUnreadableException, InvalidPatternException {
            if (walker == null) {
                walker = begin();
            }
            while (!atEnd || !packets.isEmpty()) {
                if (packets.isEmpty()) {
                    walk();
                }
                synchronized (DiffCopy.this) {
                    if (offer(packets, this) != Outcome.SENT) {
                        return;
                    }
                    entries.forEach(entry -> sent.add(entry.stat(), entry.sizeBytes()));
                }
                entries.clear();
                packets.clear();
                batchEntries = Math.min(2 * batchEntries, BATCH_ENTRIES);
                if (yields()) {
                    return;
                }
            }
        }

        private void walk() throws BuildkitException.ContextUnreadableException, InvalidPatternException {
            while (!atEnd && packets.size() < batchEntries) {
                ContextWalker.Walked next = walker.next();
                if (next == null) {
                    atEnd = true;
                    packets.add(END_OF_WALK);
                } else {
                    entries.add(next);
                    packets.add(OutgoingPacket.plain(
                            Packet.newBuilder().setStat(next.stat()).build()));
                }
            }
        }

        private ContextWalker begin() throws BuildkitException.ContextUnreadableException, InvalidPatternException {
            Tree opened = trees.open(request.folder(), source);
            synchronized (DiffCopy.this) {
                tree = opened;
            }
            ContextFilter filter = new ContextFilter(request, opened);
            return new ContextWalker(request.folder(), opened, filter, DiffCopy.this::isOver);
        }

        @Override
        void close() {
            // The walk holds no open files between two entries.
        }
    }

    private final class Reader extends Task {
        private int id;
        private String path;
        private FileContent content;
        /** The number of packets to send as they are before the file's content is compressed again. */
        private int incompressible;
        /** The packets to send next. When the list is empty, the next packets have to be read. */
        private final List<OutgoingPacket> packets = new ArrayList<>();

        @Override
        void proceed() throws BuildkitException.ContextUnreadableException {
            while (!packets.isEmpty() || prepare()) {
                Outcome outcome = offer(packets, this);
                if (outcome == Outcome.LATER) {
                    return;
                }
                packets.clear();
                if (outcome == Outcome.OVER) {
                    close();
                    return;
                }
                if (yields()) {
                    return;
                }
            }
        }

        /** Reads the next packets. Returns false if the daemon has no open requests; this reader then ends. */
        private boolean prepare() throws BuildkitException.ContextUnreadableException {
            int bytes = 0;
            while (bytes < BATCH_BYTES && (content != null || open(bytes == 0))) {
                OutgoingPacket packet = outgoing(read());
                packets.add(packet);
                bytes += packet.contentBytes();
            }
            return bytes > 0;
        }

        private OutgoingPacket outgoing(Packet packet) {
            if (incompressible > 0) {
                incompressible--;
                return OutgoingPacket.plain(packet);
            }
            if (!answers.compresses()) {
                return OutgoingPacket.plain(packet);
            }
            OutgoingPacket outgoing = PacketStream.compressed(packet);
            incompressible = outgoing.isCompressed() ? 0 : INCOMPRESSIBLE_PACKETS;
            return outgoing;
        }

        @Override
        boolean sendsContent() {
            return true;
        }

        private Packet read() throws BuildkitException.ContextUnreadableException {
            ByteBuffer piece;
            try {
                piece = content.read(CHUNK_BYTES);
            } catch (IOException e) {
                throw ReadErrors.file(request.folder(), path, e);
            }
            if (!piece.hasRemaining()) {
                close();
            }
            return Packet.newBuilder()
                    .setType(Packet.PacketType.PACKET_DATA)
                    .setID(id)
                    .setData(UnsafeByteOperations.unsafeWrap(piece))
                    .build();
        }

        /**
         * Opens the next requested file. Returns false if there is none.
         *
         * @param lastChance whether this reader ends when no file is requested
         */
        private boolean open(boolean lastChance) throws BuildkitException.ContextUnreadableException {
            Tree files;
            long bytes;
            synchronized (DiffCopy.this) {
                if (over || requests.isEmpty()) {
                    readers -= lastChance ? 1 : 0;
                    return false;
                }
                id = requests.remove();
                path = sent.path(id);
                bytes = sent.sizeBytes(id);
                files = tree;
            }
            try {
                content = FileContent.open(files, path, bytes);
                incompressible = 0;
                return true;
            } catch (IOException e) {
                throw ReadErrors.file(request.folder(), path, e);
            }
        }

        @Override
        void close() {
            if (content != null) {
                try {
                    content.close();
                } catch (IOException e) {
                    LOGGER.log(Level.FINE, e, () -> "cannot close " + path);
                }
                content = null;
            }
        }
    }

    /** Closes the tree. This is the last task of a transfer. */
    private final class Closing extends Task {
        @Override
        void proceed() {
            // The transfer has already ended when this task is created, so only close() is called.
        }

        @Override
        void close() {
            Tree opened;
            synchronized (DiffCopy.this) {
                opened = tree;
            }
            if (opened != null) {
                opened.close();
            }
        }
    }
}
