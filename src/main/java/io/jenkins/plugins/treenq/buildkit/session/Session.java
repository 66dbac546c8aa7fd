// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.session;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.compression.GzippedMessages;
import io.jenkins.plugins.treenq.buildkit.transport.DaemonChannel;
import io.jenkins.plugins.treenq.buildkit.transport.EventLoops;
import io.jenkins.plugins.treenq.buildkit.transport.OpenCensusSuppression;
import io.jenkins.plugins.treenq.buildkit.wire.control.BytesMessage;
import io.jenkins.plugins.treenq.buildkit.wire.control.ControlGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.filesync.FileSendGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.filesync.FileSyncGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.health.HealthGrpc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The session of one build, through which the daemon sends requests to the client ({@code session/session.go}).
 *
 * <p>The client opens a call to the daemon. On this call, the daemon opens an HTTP/2 connection in the opposite
 * direction, on which it requests files, credentials and secrets. The daemon can request only what was passed to
 * {@link #open}.
 */
public final class Session implements AutoCloseable {
    private static final String HEADER = "x-docker-expose-session-";
    private static final Metadata.Key<String> UUID = Metadata.Key.of(HEADER + "uuid", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> SHARED_KEY =
            Metadata.Key.of(HEADER + "sharedkey", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> METHOD =
            Metadata.Key.of(HEADER + "grpc-method", Metadata.ASCII_STRING_MARSHALLER);

    /** Number of bytes that may wait in the call before the connection inside of the session stops writing. */
    private static final int READY_BYTES = 256 << 10;

    /**
     * Limit of concurrent calls of the daemon, each of which uses memory. Even builds with a hundred parallel build
     * steps need far fewer.
     */
    private static final int MOST_CALLS = 1_000;

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int ID_BITS = 128;

    private final String id = new BigInteger(ID_BITS, RANDOM).toString(Character.MAX_RADIX);
    private final CompletableFuture<Void> opened = new CompletableFuture<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private EventLoops loops;
    private Server server;
    private ClientCallStreamObserver<BytesMessage> call;

    private Session() {}

    /**
     * Opens a session.
     *
     * @param files services that transfer files, in addition to the services for the logins, secrets, SSH agents and
     *     uploads of the content
     * @param onFailure receives unexpected failures, such as memory exhaustion while a request is answered
     * @throws BuildkitException.InvalidRequestException if a key of an SSH agent is unusable, or the socket of an SSH
     *     agent does not exist
     */
    public static Session open(
            ManagedChannel channel,
            EventLoops loops,
            SessionContent content,
            List<ServerServiceDefinition> files,
            Consumer<Throwable> onFailure)
            throws BuildkitException.InvalidRequestException {
        Session session = new Session();
        List<ServerServiceDefinition> services = new ArrayList<>(files);
        HealthService health = new HealthService();
        services.add(health.bindService());
        services.add(new AuthService(content.logins(), onFailure).bindService());
        services.add(new SecretsService(content.secrets()).bindService());
        // Without this service, the daemon itself reports that no SSH agent was forwarded.
        if (!content.ssh().isEmpty()) {
            services.add(new SshService(content.ssh(), loops, onFailure).intercepted());
        }
        if (!content.uploads().isEmpty()) {
            services.add(new UploadService(content.uploads(), loops.workers(), onFailure).intercepted());
        }
        SessionServerChannel listener = new SessionServerChannel();
        session.loops = loops.kept();
        try {
            session.server = serve(services, listener, loops, onFailure);
            session.call(channel, headers(session.id, content.sharedKey(), services), listener, onFailure);
            return session;
        } catch (RuntimeException | Error e) {
            session.loops.close();
            throw e;
        }
    }

    private static Server serve(
            List<ServerServiceDefinition> services,
            SessionServerChannel listener,
            EventLoops loops,
            Consumer<Throwable> onFailure) {
        try {
            return OpenCensusSuppression.off(NettyServerBuilder.forAddress(SessionServerChannel.ADDRESS))
                    .channelFactory(() -> listener)
                    .bossEventLoopGroup(loops.io())
                    .workerEventLoopGroup(loops.io())
                    .executor(loops.workers())
                    .callExecutor(new HealthFirst(loops.workers()))
                    .maxInboundMessageSize(DaemonChannel.MAX_MESSAGE_BYTES)
                    .compressorRegistry(GzippedMessages.registry())
                    .maxInboundMetadataSize(DaemonChannel.MAX_METADATA_BYTES)
                    .maxConcurrentCallsPerConnection(MOST_CALLS)
                    // The connection to the daemon has its own keepalive. The timers of a second keepalive would keep
                    // each session in memory for two hours.
                    .keepAliveTime(Long.MAX_VALUE, TimeUnit.NANOSECONDS)
                    .permitKeepAliveTime(1, TimeUnit.SECONDS)
                    .permitKeepAliveWithoutCalls(true)
                    .intercept(new UnexpectedFailures(onFailure))
                    .addServices(services)
                    .build()
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("a session listens on no address, so that listening cannot fail", e);
        }
    }

    private static Metadata headers(String id, String sharedKey, List<ServerServiceDefinition> services) {
        Metadata headers = new Metadata();
        headers.put(UUID, id);
        headers.put(SHARED_KEY, sharedKey);
        for (ServerServiceDefinition service : services) {
            service.getMethods()
                    .forEach(method -> headers.put(
                            METHOD, "/" + method.getMethodDescriptor().getFullMethodName()));
        }
        return headers;
    }

    private void call(
            ManagedChannel channel, Metadata headers, SessionServerChannel listener, Consumer<Throwable> onFailure) {
        Tunnel tunnel = new Tunnel(listener, onFailure);
        ControlGrpc.newStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                .withOnReadyThreshold(READY_BYTES)
                .withExecutor(Runnable::run)
                .session(tunnel);
        listener.accept(tunnel.connection);
    }

    /** Returns the ID of the session, which the request of the build refers to. */
    public String id() {
        return id;
    }

    /**
     * Returns a future that completes when the daemon has opened its side of the session, that is, has sent its first
     * bytes. The protocol has no other acknowledgement.
     */
    public CompletableFuture<Void> opened() {
        return opened;
    }

    /**
     * Returns a future that completes when the session was closed. The future fails if the daemon or the connection
     * ended the session.
     */
    public CompletableFuture<Void> ended() {
        return ended;
    }

    @Override
    public void close() {
        ended.complete(null);
        server.shutdownNow();
        call.cancel("the build is over", null);
        loops.close();
    }

    /**
     * Chooses the executor of a call, so that health checks are not delayed by calls that wait for credentials. Calls
     * that transfer files only queue messages on the thread on which the messages arrive; other tasks read and write
     * the files.
     */
    private record HealthFirst(Executor workers) implements ServerCallExecutorSupplier {
        private static final Set<String> NEVER_BLOCKING =
                Set.of(HealthGrpc.SERVICE_NAME, FileSendGrpc.SERVICE_NAME, FileSyncGrpc.SERVICE_NAME);

        @Override
        public <ReqT, RespT> Executor getExecutor(ServerCall<ReqT, RespT> serverCall, Metadata metadata) {
            MethodDescriptor<ReqT, RespT> method = serverCall.getMethodDescriptor();
            return NEVER_BLOCKING.contains(String.valueOf(method.getServiceName())) ? Runnable::run : workers;
        }
    }

    private final class Tunnel implements ClientResponseObserver<BytesMessage, BytesMessage> {
        private final SessionServerChannel listener;
        private final Consumer<Throwable> onFailure;
        private SessionChannel connection;

        Tunnel(SessionServerChannel listener, Consumer<Throwable> onFailure) {
            this.listener = listener;
            this.onFailure = onFailure;
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<BytesMessage> stream) {
            call = stream;
            connection = new SessionChannel(listener, stream);
            // The connection requests the first message when it is ready to receive.
            stream.disableAutoRequestWithInitial(0);
            stream.setOnReadyHandler(connection::onCallReady);
        }

        @Override
        public void onNext(BytesMessage message) {
            opened.complete(null);
            connection.onCallMessage(message.getData());
        }

        @Override
        public void onError(Throwable failure) {
            Status status = Status.fromThrowable(failure);
            // A call that was cancelled with a cause was cancelled by the client. The failure is reported because the
            // daemon may continue the build without the session. If gRPC could not decode the daemon's bytes, the cause
            // has a status and is the daemon's own failure.
            Throwable cause = status.getCause();
            if (status.getCode() == Status.Code.CANCELLED
                    && !(cause instanceof StatusRuntimeException)
                    && (cause instanceof RuntimeException || cause instanceof Error)) {
                onFailure.accept(cause);
            }
            end(failure);
        }

        @Override
        public void onCompleted() {
            end(new IOException("the daemon closed the session"));
        }

        private void end(Throwable cause) {
            opened.completeExceptionally(cause);
            ended.completeExceptionally(cause);
            connection.end();
        }
    }
}
