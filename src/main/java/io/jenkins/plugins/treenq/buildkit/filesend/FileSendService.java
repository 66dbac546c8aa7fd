// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesend;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Output;
import io.jenkins.plugins.treenq.buildkit.files.RootedPath;
import io.jenkins.plugins.treenq.buildkit.wire.filesync.FileSendGrpc;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Takes a build's results from the daemon ({@code session/filesync/filesync.go}, FileSend).
 *
 * <p>One method serves two protocols: archives come as bytes, folders as a transfer of files. Which of them a call is
 * tells the exporter that it names, so messages are only taken apart when that is known.
 */
public final class FileSendService implements AutoCloseable {
    /** BuildKit's own limit is 3 MiB ({@code session/filesync/diffcopy.go}). */
    static final int LARGEST_BYTES = 4 << 20;

    /** Stands for a message that is larger; refused where it can be said why. */
    static final byte[] TOO_LARGE = new byte[0];

    private static final Metadata.Key<String> EXPORTER =
            Metadata.Key.of("buildkit-attachable-exporter-id", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> ALL_PLATFORMS =
            Metadata.Key.of("buildkit-exporter-multi-platform", Metadata.ASCII_STRING_MARSHALLER);

    private static final MethodDescriptor<byte[], byte[]> DIFF_COPY =
            FileSendGrpc.getDiffCopyMethod().toBuilder(new Bytes(), new Bytes()).build();

    /** One for each exporter, or one for each of its platforms. */
    private static final int MOST_CALLS = 1_000;

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Map<Integer, Output> outputs;
    private final Map<Integer, TargetFolder> folders = new HashMap<>();
    private final Map<Integer, FolderOptions> options;
    private final Map<Integer, DroppedBits> dropped = new ConcurrentHashMap<>();
    private final Executor executor;
    private final Consumer<Throwable> onFailure;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final Queue<ReceivingCall> arrivals = new ConcurrentLinkedQueue<>();
    private final HeapBudget memory = new HeapBudget(Runtime.getRuntime().maxMemory() / 4);
    private final AtomicInteger callsLeft = new AtomicInteger(MOST_CALLS);

    /**
     * @param outputs streams and folders by the index of their exporter; others are none of this service's
     * @param options of the folders, by the same index; {@link FolderOptions#DEFAULT} for the others
     * @param boundary of the folders; see {@link io.jenkins.plugins.treenq.buildkit.session.SessionContent#boundary}
     * @param executor for everything that touches a disk: one task at a time for each call, which may block
     * @param onFailure told on one of its threads what cannot be taken, before the daemon is
     */
    public FileSendService(
            Map<Integer, Output> outputs,
            Map<Integer, FolderOptions> options,
            Path boundary,
            Executor executor,
            Consumer<Throwable> onFailure) {
        this.outputs = Map.copyOf(outputs);
        this.options = Map.copyOf(options);
        this.executor = executor;
        this.onFailure = cause -> {
            failure.compareAndSet(null, cause);
            onFailure.accept(cause);
        };
        outputs.forEach((id, output) -> {
            if (output instanceof Output.Folder folder) {
                folders.put(id, new TargetFolder(new RootedPath(folder.path(), boundary)));
            }
        });
    }

    /** To be registered as it is. */
    public ServerServiceDefinition definition() {
        return ServerServiceDefinition.builder(FileSendGrpc.SERVICE_NAME)
                .addMethod(DIFF_COPY, this::start)
                .build();
    }

    private ServerCall.Listener<byte[]> start(ServerCall<byte[], byte[]> call, Metadata headers) {
        MessageReceiver recipient;
        try {
            if (callsLeft.decrementAndGet() < 0) {
                throw ReceiveErrors.refused("it comes in more than " + MOST_CALLS + " parts");
            }
            recipient = recipient(call, headers);
        } catch (BuildkitException e) {
            onFailure.accept(e);
            call.close(Status.FAILED_PRECONDITION.withDescription(e.getMessage()), new Metadata());
            return new ServerCall.Listener<>() {};
        }
        ReceivingCall arrival = new ReceivingCall(call, executor, recipient, onFailure);
        arrivals.add(arrival);
        arrival.start();
        return arrival;
    }

    private MessageReceiver recipient(ServerCall<byte[], byte[]> call, Metadata headers) throws BuildkitException {
        int id = exporter(headers);
        if (outputs.get(id) instanceof Output.Stream stream) {
            return new ArchiveReceiver(stream.opener());
        }
        TargetFolder folder = folders.get(id);
        if (folder == null) {
            throw ReceiveErrors.refused("it is of exporter " + id + ", which has no output here");
        }
        FolderOptions chosen = options.getOrDefault(id, FolderOptions.DEFAULT);
        // Without it, each platform comes by itself, and each would remove the others.
        if (chosen.mirrored() && !"1".equals(headers.get(ALL_PLATFORMS))) {
            throw new BuildkitException.InvalidRequestException(
                    "this daemon cannot export with mode=delete; use a newer one, or leave it out");
        }
        return new FolderReceiver(
                folder, chosen, dropped.computeIfAbsent(id, output -> new DroppedBits()), memory, call::sendMessage);
    }

    /** As Go reads it: the first exporter when there is no number. */
    private static int exporter(Metadata headers) {
        String id = headers.get(EXPORTER);
        try {
            return id == null ? 0 : Integer.parseInt(id);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /**
     * The daemon says that the build succeeded; that counts for nothing when a result is not here as a whole.
     *
     * @throws BuildkitException what was wrong with it
     */
    public void finish() throws BuildkitException {
        if (failure.get() instanceof BuildkitException known) {
            throw known;
        }
        for (ReceivingCall arrival : arrivals) {
            if (!arrival.isComplete()) {
                throw ReceiveErrors.refused("the daemon reported success before all of it was here");
            }
        }
    }

    /** What is other on this machine than in the result, by the index of the exporter; a line for each. */
    public Map<Integer, String> warnings() {
        Map<Integer, String> warnings = new TreeMap<>();
        dropped.forEach((id, bits) -> bits.warning().ifPresent(warning -> warnings.put(id, warning)));
        return warnings;
    }

    /** Ends what is still coming; afterwards nothing is written any more, unless a disk does not answer. */
    @Override
    public void close() {
        List<ReceivingCall> ended = List.copyOf(arrivals);
        ended.forEach(ReceivingCall::abandon);
        boolean interrupted = Thread.interrupted();
        for (ReceivingCall arrival : ended) {
            try {
                arrival.awaitEnd(PATIENCE_NANOS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Messages as they are. */
    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] message) {
            return new ByteArrayInputStream(message);
        }

        @Override
        public byte[] parse(InputStream message) {
            try {
                int length = message.available();
                if (length > LARGEST_BYTES) {
                    return TOO_LARGE;
                }
                byte[] bytes = new byte[length];
                message.readNBytes(bytes, 0, length);
                return bytes;
            } catch (IOException e) {
                throw Status.INTERNAL.withDescription("a message is cut short").asRuntimeException();
            }
        }
    }
}
