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
 * The session service FileSend, which receives the results of a build from the daemon
 * ({@code session/filesync/filesync.go}).
 *
 * <p>One method serves two protocols: archives are sent as bytes, folders as a transfer of files. The exporter in a
 * call's metadata decides which protocol the call has, so messages are parsed after the exporter is known.
 */
public final class FileSendService implements AutoCloseable {
    /** The largest accepted message in bytes. BuildKit's own limit is 3 MiB ({@code session/filesync/diffcopy.go}). */
    static final int LARGEST_BYTES = 4 << 20;

    /** Replaces a message that is too large. The message is rejected later, where the reason can be reported. */
    static final byte[] TOO_LARGE = new byte[0];

    private static final Metadata.Key<String> EXPORTER =
            Metadata.Key.of("buildkit-attachable-exporter-id", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> ALL_PLATFORMS =
            Metadata.Key.of("buildkit-exporter-multi-platform", Metadata.ASCII_STRING_MARSHALLER);

    private static final MethodDescriptor<byte[], byte[]> DIFF_COPY =
            FileSendGrpc.getDiffCopyMethod().toBuilder(new Bytes(), new Bytes()).build();

    /**
     * The maximum number of calls. The daemon makes one call for each exporter, or one for each platform of an
     * exporter.
     */
    private static final int MOST_CALLS = 1_000;

    private static final long MAX_WAIT_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Map<Integer, Output> outputs;
    private final Map<Integer, TargetFolder> folders = new HashMap<>();
    private final Map<Integer, FolderOptions> options;
    private final Map<Integer, DroppedModeBits> dropped = new ConcurrentHashMap<>();
    private final Executor executor;
    private final Consumer<Throwable> onFailure;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final Queue<ReceivingCall> arrivals = new ConcurrentLinkedQueue<>();
    private final HeapBudget memory = new HeapBudget(Runtime.getRuntime().maxMemory() / 4);
    private final AtomicInteger callsLeft = new AtomicInteger(MOST_CALLS);

    /**
     * @param outputs the streams and folders by the index of their exporter; calls of other exporters are rejected
     * @param options the options of the folders by the same index; {@link FolderOptions#DEFAULT} applies to the others
     * @param boundary the boundary of the folders; see
     *     {@link io.jenkins.plugins.treenq.buildkit.session.SessionContent#boundary}
     * @param executor runs everything that accesses a disk: one task at a time for each call, which may block
     * @param onFailure receives the failure to take a result before the daemon gets the error; runs on a thread of the
     *     executor, or on gRPC's if the call is rejected at its start
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

    /** Returns the definition of this service, ready to be registered. */
    public ServerServiceDefinition definition() {
        return ServerServiceDefinition.builder(FileSendGrpc.SERVICE_NAME)
                .addMethod(DIFF_COPY, this::start)
                .build();
    }

    private ServerCall.Listener<byte[]> start(ServerCall<byte[], byte[]> call, Metadata headers) {
        MessageReceiver recipient;
        try {
            if (callsLeft.decrementAndGet() < 0) {
                throw ReceiveErrors.refused("it has more than " + MOST_CALLS + " parts");
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
            throw ReceiveErrors.refused("exporter " + id + " has no output in this build");
        }
        FolderOptions chosen = options.getOrDefault(id, FolderOptions.DEFAULT);
        // Without the header, each platform has a call of its own, and each call would delete the files of the others.
        if (chosen.mirrored() && !"1".equals(headers.get(ALL_PLATFORMS))) {
            throw new BuildkitException.InvalidRequestException(
                    "this daemon does not support mode=delete; update the daemon, or omit mode=delete");
        }
        return new FolderReceiver(
                folder,
                chosen,
                dropped.computeIfAbsent(id, output -> new DroppedModeBits()),
                memory,
                call::sendMessage);
    }

    /** Returns the index of the exporter. As in Go, a missing or malformed index is 0. */
    private static int exporter(Metadata headers) {
        String id = headers.get(EXPORTER);
        try {
            return id == null ? 0 : Integer.parseInt(id);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /**
     * Checks that all results have been received completely, after the daemon reported that the build succeeded.
     *
     * @throws BuildkitException if a result is incomplete or was rejected
     */
    public void finish() throws BuildkitException {
        if (failure.get() instanceof BuildkitException known) {
            throw known;
        }
        for (ReceivingCall arrival : arrivals) {
            if (!arrival.isComplete()) {
                throw ReceiveErrors.refused("the daemon reported success before the whole result was received");
            }
        }
    }

    /**
     * Returns how the written results differ from those that the daemon sent, one line for each exporter, by the index
     * of the exporter.
     */
    public Map<Integer, String> warnings() {
        Map<Integer, String> warnings = new TreeMap<>();
        dropped.forEach((id, bits) -> bits.warning().ifPresent(warning -> warnings.put(id, warning)));
        return warnings;
    }

    /**
     * Ends the transfers in progress. Afterwards nothing is written any more, unless a disk does not respond within
     * five seconds.
     */
    @Override
    public void close() {
        List<ReceivingCall> ended = List.copyOf(arrivals);
        ended.forEach(ReceivingCall::abandon);
        boolean interrupted = Thread.interrupted();
        for (ReceivingCall arrival : ended) {
            try {
                arrival.awaitEnd(MAX_WAIT_NANOS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Passes messages as bytes, without parsing them. */
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
                throw Status.INTERNAL.withDescription("a message is truncated").asRuntimeException();
            }
        }
    }
}
