// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.jenkins.plugins.treenq.buildkit.BuildEvent;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildResult;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.FakeDaemon;
import io.jenkins.plugins.treenq.buildkit.Fuzz;
import io.jenkins.plugins.treenq.buildkit.control.CachePolicy;
import io.jenkins.plugins.treenq.buildkit.control.HistoryQuery;
import io.jenkins.plugins.treenq.buildkit.progress.PlainPrinter;
import io.jenkins.plugins.treenq.buildkit.progress.RawJsonPrinter;
import io.jenkins.plugins.treenq.buildkit.progress.SourceSnippet;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogins;
import io.jenkins.plugins.treenq.buildkit.solve.RandomMessages;
import io.jenkins.plugins.treenq.buildkit.wire.content.ContentGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.control.BuildHistoryEvent;
import io.jenkins.plugins.treenq.buildkit.wire.control.BuildHistoryRecord;
import io.jenkins.plugins.treenq.buildkit.wire.control.BuildHistoryRequest;
import io.jenkins.plugins.treenq.buildkit.wire.control.ControlGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.control.InfoRequest;
import io.jenkins.plugins.treenq.buildkit.wire.control.InfoResponse;
import io.jenkins.plugins.treenq.buildkit.wire.control.SolveResponse;
import io.jenkins.plugins.treenq.buildkit.wire.gateway.LLBBridgeGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.gateway.Result;
import io.jenkins.plugins.treenq.buildkit.wire.worker.BuildkitVersion;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Random responses of a daemon result in a value or a known error of one line. */
@Timeout(300)
class HostileDaemonTest {
    private static final Digest DIGEST = new Digest("sha256:" + "0".repeat(64));
    private static final String[] JSON = {
        "",
        "{",
        "null",
        "[]",
        "{}",
        "[".repeat(100_000),
        "{\"Code\":1e99}",
        "{\"Code\":{}}",
        "{\"info\":null}",
        "{\"info\":{\"data\":\"%\",\"filename\":[]},\"ranges\":[null]}",
        "{\"info\":{\"data\":\"RlJPTQ==\",\"filename\":\"a\\nb\"},\"ranges\":[{\"start\":{\"line\":-7},\"end\":{\"line\":2000000000}}]}",
        "{\"warnings\":[{\"location\":{\"sourceIndex\":-1}}],\"sources\":[7]}",
        "{\"targets\":[[]],\"args\":[{}],\"sources\":[{\"data\":\"RlJPTQ==\"}],\"buildError\":{\"message\":[]}}",
        "{\"os\":7,\"platform\":{\"os\":[]}}"
    };

    @TempDir
    Path folder;

    @Test
    void everyResponseResultsInAValueOrAnErrorInOneLine() throws Exception {
        Fuzz.rounds(30, random -> {
            try (FakeDaemon daemon = new FakeDaemon(
                            nonsense(random, ControlGrpc.getServiceDescriptor()),
                            nonsense(random, ContentGrpc.getServiceDescriptor()),
                            nonsense(random, LLBBridgeGrpc.getServiceDescriptor()));
                    BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
                for (int i = 0; i < 8; i++) {
                    try {
                        use(client, random);
                    } catch (BuildkitException e) {
                        assertFalse(e.getMessage().isBlank());
                        assertFalse(e.getMessage().contains("\n"), e.getMessage());
                        if (e instanceof BuildkitException.BuildFailedException failed && failed.location() != null) {
                            SourceSnippet.of(failed.location());
                        }
                    }
                }
            } catch (BuildkitException e) {
                // The connection was refused because of the response to the version request.
                assertFalse(e.getMessage().contains("\n"), e.getMessage());
            }
        });
    }

    private void use(BuildkitClient client, Random random) throws Exception {
        BuildRequest request = BuildRequest.builder().option("requestid", "x").build();
        switch (random.nextInt(16)) {
            case 0, 1, 2, 3 -> {
                BuildResult result = client.build(
                        BuildRequest.builder().build(), Builds.content(folder, RegistryLogins.NONE), new Printers());
                result.digest();
                result.imageId();
                new MetadataFile(result.metadata()).platforms();
                new MetadataFile(result.metadata()).json();
            }
            case 4 ->
                client.check(request, Builds.content(folder, RegistryLogins.NONE))
                        .toString();
            case 5 ->
                client.outline(request, Builds.content(folder, RegistryLogins.NONE))
                        .toString();
            case 6 ->
                client.targets(request, Builds.content(folder, RegistryLogins.NONE))
                        .toString();
            case 7 -> client.workers().toString();
            case 8 -> client.diskUsage(List.of()).toString();
            case 9 -> client.prune(CachePolicy.UNUSED, record -> record.toString());
            case 10 -> client.history(HistoryQuery.ALL).toString();
            case 11 -> client.logs("v", new Printers());
            case 12 -> client.failure("v").toString();
            case 13 -> client.provenance("v").toString();
            case 14 -> client.blob(DIGEST, OutputStream.nullOutputStream());
            default -> client.deleteHistory("v");
        }
    }

    @Test
    void anEndlessHistoryIsRefusedBeforeItFillsTheHeap() throws Exception {
        BuildHistoryEvent event = BuildHistoryEvent.newBuilder()
                .setRecord(BuildHistoryRecord.newBuilder().setRef("v").setFrontend("x".repeat(10 << 20)))
                .build();
        try (FakeDaemon daemon = new FakeDaemon(new ControlGrpc.ControlImplBase() {
                    @Override
                    public void info(InfoRequest request, StreamObserver<InfoResponse> answer) {
                        answer.onNext(InfoResponse.getDefaultInstance());
                        answer.onCompleted();
                    }

                    @Override
                    public void listenBuildHistory(
                            BuildHistoryRequest request, StreamObserver<BuildHistoryEvent> answer) {
                        ServerCallStreamObserver<BuildHistoryEvent> call =
                                (ServerCallStreamObserver<BuildHistoryEvent>) answer;
                        call.setOnReadyHandler(() -> {
                            while (call.isReady() && !call.isCancelled()) {
                                call.onNext(event);
                            }
                        });
                    }
                });
                BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            assertThrows(BuildkitException.DaemonFailedException.class, () -> client.history(HistoryQuery.ALL));
        }
    }

    /** A listener that passes all events to every kind of printer. */
    private static final class Printers implements BuildListener {
        private final PlainPrinter plain = new PlainPrinter(line -> assertTrue(line.indexOf('\n') < 0));
        private final RawJsonPrinter json = new RawJsonPrinter(line -> {});

        @Override
        public void onEvent(BuildEvent event) {
            plain.onEvent(event);
            json.onEvent(event);
            if (event instanceof BuildEvent.Warning warning && warning.location() != null) {
                SourceSnippet.of(warning.location());
            }
        }
    }

    private static BindableService nonsense(Random random, ServiceDescriptor service) {
        ServerServiceDefinition.Builder definition = ServerServiceDefinition.builder(service.getName());
        for (MethodDescriptor<?, ?> method : service.getMethods()) {
            long seed = random.nextLong();
            definition.addMethod(
                    method.toBuilder(new Bytes(), new Bytes()).build(), (call, headers) -> answer(call, method, seed));
        }
        return definition::build;
    }

    private static ServerCall.Listener<byte[]> answer(
            ServerCall<byte[], byte[]> call, MethodDescriptor<?, ?> method, long seed) {
        Random random = new Random(seed);
        call.request(1);
        return new ServerCall.Listener<>() {
            @Override
            public void onMessage(byte[] request) {
                call.sendHeaders(new io.grpc.Metadata());
                boolean single = method.getType().serverSendsOneMessage();
                for (int left = single ? 1 : random.nextInt(6); left > 0; left--) {
                    call.sendMessage(message(method, random));
                }
                // A broken progress stream is requested again, which takes a while.
                boolean progress = method.getFullMethodName()
                        .equals(ControlGrpc.getStatusMethod().getFullMethodName());
                boolean well = random.nextInt(progress ? 100 : 3) > 0;
                call.close(
                        well
                                ? Status.OK
                                : Status.fromCodeValue(1 + random.nextInt(16)).withDescription(text(random)),
                        well ? new io.grpc.Metadata() : trailers(random));
            }
        };
    }

    private static String text(Random random) {
        return Fuzz.pick(
                random,
                "",
                "\n\n",
                "failed to solve: a\nb\r\nc",
                "failed to push \u001b[8m: denied",
                "x".repeat(3000),
                "build x: file does not exist",
                "no space left on device",
                "failed to load metadata for x: not found");
    }

    private static byte[] message(MethodDescriptor<?, ?> method, Random random) {
        Message prototype =
                ((MethodDescriptor.PrototypeMarshaller<?>) method.getResponseMarshaller()).getMessagePrototype()
                                instanceof Message message
                        ? message
                        : null;
        if (prototype instanceof InfoResponse && random.nextInt(4) > 0) {
            return InfoResponse.newBuilder()
                    .setBuildkitVersion(BuildkitVersion.newBuilder().setVersion("v0.34.2"))
                    .build()
                    .toByteArray();
        }
        if (random.nextInt(20) == 0) {
            byte[] garbage = new byte[random.nextInt(60)];
            random.nextBytes(garbage);
            return garbage;
        }
        Message.Builder builder = prototype.newBuilderForType();
        RandomMessages.fill(builder, random, 0);
        if (builder instanceof SolveResponse.Builder solved) {
            for (String key : List.of(
                    "containerimage.digest",
                    "containerimage.config.digest",
                    "containerimage.descriptor",
                    "cache.manifest")) {
                if (random.nextBoolean()) {
                    String json = Fuzz.pick(random, JSON);
                    solved.putExporterResponse(
                            key,
                            random.nextBoolean()
                                    ? json
                                    : Base64.getEncoder().encodeToString(json.getBytes(StandardCharsets.UTF_8)));
                }
            }
        }
        if (builder instanceof io.jenkins.plugins.treenq.buildkit.wire.gateway.SolveResponse.Builder solved) {
            solved.setResult(
                    Result.newBuilder().putMetadata("result.json", ByteString.copyFromUtf8(Fuzz.pick(random, JSON))));
        }
        return builder.build().toByteArray();
    }

    /** Random details of an error. */
    private static io.grpc.Metadata trailers(Random random) {
        io.grpc.Metadata trailers = new io.grpc.Metadata();
        com.google.rpc.Status.Builder status =
                com.google.rpc.Status.newBuilder().setCode(2);
        for (String type : List.of("errdefs.Source+json", "gatewayapi.ExitMessage+json", "stack.Stack+json", "")) {
            status.addDetails(Any.newBuilder()
                    .setTypeUrl("github.com/moby/buildkit/" + type)
                    .setValue(ByteString.copyFromUtf8(Fuzz.pick(random, JSON))));
        }
        byte[] details = status.build().toByteArray();
        if (random.nextInt(10) == 0) {
            random.nextBytes(details);
        }
        trailers.put(
                io.grpc.Metadata.Key.of("grpc-status-details-bin", io.grpc.Metadata.BINARY_BYTE_MARSHALLER), details);
        return trailers;
    }

    /** A codec that passes messages on as bytes. */
    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] message) {
            return new ByteArrayInputStream(message);
        }

        @Override
        public byte[] parse(InputStream message) {
            try {
                return message.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
