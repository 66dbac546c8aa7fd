// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.jenkins.plugins.treenq.buildkit.Fuzz;
import io.jenkins.plugins.treenq.buildkit.SshKey;
import io.jenkins.plugins.treenq.buildkit.content.ContentService;
import io.jenkins.plugins.treenq.buildkit.files.RootedPath;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogin;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogins;
import io.jenkins.plugins.treenq.buildkit.solve.RandomMessages;
import io.jenkins.plugins.treenq.buildkit.ssh.SshKeyFormats;
import io.jenkins.plugins.treenq.buildkit.transport.EventLoops;
import io.jenkins.plugins.treenq.buildkit.wire.auth.AuthGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.content.ContentGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.secrets.SecretsGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.ssh.SSHGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.upload.UploadGrpc;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalIoHandler;
import io.netty.channel.local.LocalServerChannel;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Random requests of a daemon to a session are answered or refused without revealing other data. */
@Timeout(300)
class HostileSessionRequestTest {
    private static final String OTHERS = "a secret for somebody else";

    private static final List<MethodDescriptor<?, ?>> METHODS = Stream.of(
                    AuthGrpc.getServiceDescriptor(),
                    SecretsGrpc.getServiceDescriptor(),
                    SSHGrpc.getServiceDescriptor(),
                    UploadGrpc.getServiceDescriptor(),
                    ContentGrpc.getServiceDescriptor())
            .flatMap(service -> service.getMethods().stream())
            .collect(Collectors.toList());

    @TempDir
    Path scratch;

    private final EventLoops loops = new EventLoops();
    private final EventLoopGroup local = new MultiThreadIoEventLoopGroup(2, LocalIoHandler.newFactory());
    private Server server;
    private ManagedChannel channel;

    @BeforeEach
    void serve() throws Exception {
        Files.writeString(scratch.resolve("outside"), OTHERS);
        Path layout = Files.createDirectory(scratch.resolve("layout"));
        RegistryLogin login = new RegistryLogin("user", OTHERS);
        RegistryLogins logins = host -> host.equals("others.invalid") ? Optional.of(login) : Optional.empty();
        Secrets secrets = id -> id.equals("given") ? Optional.of("for this build".getBytes()) : Optional.empty();
        SshKey key = SshKeyFormats.key(SshKeyFormats.pair("EC", 256), "comment");
        LocalAddress address = new LocalAddress(UUID.randomUUID().toString());
        server = NettyServerBuilder.forAddress(address)
                .channelType(LocalServerChannel.class)
                .bossEventLoopGroup(local)
                .workerEventLoopGroup(local)
                .maxInboundMessageSize(16 << 20)
                .addService(new AuthService(logins, failure -> {}))
                .addService(new SecretsService(secrets))
                .addService(new SshService(Map.of("default", new SshAgent.Keys(List.of(key))), loops, failure -> {})
                        .intercepted())
                .addService(new UploadService(
                                Map.of("v", () -> new ByteArrayInputStream(new byte[100_000])),
                                loops.workers(),
                                failure -> {})
                        .intercepted())
                .addService(new ContentService(
                                Map.of("local:v", new RootedPath(layout, null)), Set.of("local:v"), failure -> {})
                        .intercepted())
                .build()
                .start();
        channel = NettyChannelBuilder.forAddress(address)
                .channelType(LocalChannel.class)
                .eventLoopGroup(local)
                .usePlaintext()
                .overrideAuthority("localhost")
                .build();
    }

    @AfterEach
    void stop() throws InterruptedException {
        channel.shutdownNow();
        server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        local.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        loops.close();
    }

    @Test
    void everyRequestIsAnsweredOrRefusedWithoutRevealingSecrets() throws Exception {
        Fuzz.rounds(300, random -> {
            Asked asked = ask(METHODS.get(random.nextInt(METHODS.size())), random);
            Status status = asked.end.get(2, TimeUnit.MINUTES);
            String text = status + " " + asked.answers;
            assertFalse(text.contains(OTHERS), text);
            assertFalse(text.contains("the client failed"), text);
            assertFalse(status.getCode() == Status.Code.UNKNOWN && status.getDescription() == null, text);
            try (Stream<Path> found = Files.list(scratch)) {
                assertEquals(
                        Set.of("outside", "layout"),
                        found.map(path -> path.getFileName().toString()).collect(Collectors.toSet()));
            }
        });
    }

    @SuppressWarnings("unchecked")
    private Asked ask(MethodDescriptor<?, ?> method, Random random) {
        Metadata headers = new Metadata();
        for (String name : List.of("buildkit-attachable-store-id", "buildkit.ssh.id", "urlpath", "urlhost")) {
            if (random.nextInt(4) > 0) {
                headers.put(
                        Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER),
                        Fuzz.pick(random, "local:v", "v", "/v", "../v", "", Upload.HOST, "default", "x".repeat(3_000)));
            }
        }
        Asked asked = new Asked();
        StreamObserver<Message> call = ClientCalls.asyncBidiStreamingCall(
                ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers))
                        .newCall((MethodDescriptor<Message, Message>) method, CallOptions.DEFAULT),
                asked);
        int messages = method.getType().clientSendsOneMessage() ? 1 : random.nextInt(6);
        for (int i = 0; i < messages; i++) {
            call.onNext(request(method, random));
        }
        call.onCompleted();
        return asked;
    }

    private static Message request(MethodDescriptor<?, ?> method, Random random) {
        Message.Builder request = ((Message)
                        ((MethodDescriptor.PrototypeMarshaller<?>) method.getRequestMarshaller()).getMessagePrototype())
                .newBuilderForType();
        RandomMessages.fill(request, random, 0);
        for (FieldDescriptor field : request.getDescriptorForType().getFields()) {
            // Mostly random values would not get further than the first check.
            if (field.getJavaType() == FieldDescriptor.JavaType.STRING && !field.isRepeated() && random.nextBoolean()) {
                request.setField(
                        field,
                        Fuzz.pick(
                                random,
                                "given",
                                "../outside",
                                "/etc/passwd",
                                "registry.invalid",
                                "127.0.0.1:1",
                                "[::1",
                                "a b",
                                "sha256:../../outside",
                                "sha256:" + "0".repeat(64),
                                "http://127.0.0.1:1/token"));
            } else if (field.getJavaType() == FieldDescriptor.JavaType.BYTE_STRING && random.nextInt(3) == 0) {
                // Such as a frame with an impossible length.
                request.setField(field, ByteString.copyFrom(new byte[] {(byte) random.nextInt(), 0, 0, 1, 11}));
            }
        }
        return request.build();
    }

    private static final class Asked implements StreamObserver<Message> {
        private final CompletableFuture<Status> end = new CompletableFuture<>();
        private final StringBuffer answers = new StringBuffer();

        @Override
        public void onNext(Message answer) {
            answers.append(answer);
        }

        @Override
        public void onError(Throwable failure) {
            end.complete(Status.fromThrowable(failure));
        }

        @Override
        public void onCompleted() {
            end.complete(Status.OK);
        }
    }
}
