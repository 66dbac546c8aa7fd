// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.gateway;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.buildkit.solve.BuildFailures;
import io.jenkins.plugins.treenq.buildkit.solve.Solve;
import io.jenkins.plugins.treenq.buildkit.solve.SolveRequests;
import io.jenkins.plugins.treenq.buildkit.threads.WorkerPool;
import io.jenkins.plugins.treenq.buildkit.transport.Calls;
import io.jenkins.plugins.treenq.buildkit.wire.gateway.LLBBridgeGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.gateway.PingRequest;
import io.jenkins.plugins.treenq.buildkit.wire.gateway.Result;
import io.jenkins.plugins.treenq.buildkit.wire.gateway.ReturnRequest;
import io.jenkins.plugins.treenq.buildkit.wire.gateway.SolveRequest;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.function.Function;

/**
 * Executes a subrequest of a frontend, such as {@code frontend.lint}.
 *
 * <p>After a Solve call without frontend and definition, the daemon waits for a client that runs the build
 * ({@code solver/llbsolver/solver.go}). The client then calls the gateway service, with the build's ref in a header: it
 * lets the daemon run the frontend, receives the result, and returns the result to the daemon, which ends the Solve
 * call.
 */
public final class Subrequest {
    /** The header is defined in {@code client/buildid/metadata.go}. */
    private static final Metadata.Key<String> BUILD =
            Metadata.Key.of("buildkit-controlapi-buildid", Metadata.ASCII_STRING_MARSHALLER);

    /** The option with the name of the subrequest, such as {@code frontend.lint}. */
    public static final String OPTION = "requestid";

    private static final String CAPABILITIES_OPTION = "frontend.caps";
    private static final String CAPABILITY = "moby.buildkit.frontend.subrequests";

    /**
     * The daemon waits three seconds for the build to be registered ({@code util/registrar}). On a busy daemon, the
     * registration takes longer, so the call is repeated.
     */
    private static final int MAX_PINGS = 20;

    /** Status codes with which a call fails if the build ended during the call. */
    private static final Set<Status.Code> CODES_AFTER_END =
            Set.of(Status.Code.CANCELLED, Status.Code.NOT_FOUND, Status.Code.UNAVAILABLE);

    /** BuildKit's own client waits the same time for the build in this case ({@code client/solve.go}). */
    private static final Duration END_TIMEOUT = Duration.ofSeconds(5);

    private final Solve build;
    private final LLBBridgeGrpc.LLBBridgeFutureStub gateway;
    private final BuildRequest request;

    private Subrequest(Solve build, ManagedChannel channel, BuildRequest request) {
        this.build = build;
        this.request = request;
        Metadata headers = new Metadata();
        headers.put(BUILD, request.ref());
        gateway = LLBBridgeGrpc.newFutureStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    /**
     * Executes a subrequest and waits for the result.
     *
     * @param request request with the subrequest among its options
     * @param sessionId ID of an open session
     * @param workers pool whose threads call the listener
     * @return the metadata of the frontend's result by key, such as {@code result.json} and {@code result.txt}
     */
    public static Map<String, String> run(
            ManagedChannel channel,
            Endpoint endpoint,
            WorkerPool workers,
            BuildRequest request,
            String sessionId,
            BuildListener listener)
            throws BuildkitException, InterruptedException {
        if (request.frontend().isEmpty() || !request.options().containsKey(OPTION)) {
            throw new BuildkitException.InvalidRequestException(
                    "a subrequest needs a frontend, and the option " + OPTION);
        }
        Solve build = Solve.start(channel, endpoint, workers, SolveRequests.parked(request, sessionId), listener);
        try {
            return new Subrequest(build, channel, request).run(endpoint);
        } finally {
            build.cancel();
        }
    }

    private Map<String, String> run(Endpoint endpoint) throws BuildkitException, InterruptedException {
        Result result;
        try {
            awaitRegistration();
            result = await(stub -> stub.solve(solveRequest())).getResult();
        } catch (StatusRuntimeException e) {
            throw failure(e, endpoint);
        }
        try {
            await(stub ->
                    stub.return_(ReturnRequest.newBuilder().setResult(result).build()));
        } catch (StatusRuntimeException e) {
            // The build may end before the daemon has acknowledged the result.
            if (!build.isDone()) {
                throw failure(e, endpoint);
            }
        }
        build.await();
        Map<String, String> parts = new TreeMap<>();
        result.getMetadataMap().forEach((name, value) -> parts.put(name, value.toStringUtf8()));
        return parts;
    }

    private BuildkitException failure(StatusRuntimeException failure, Endpoint endpoint)
            throws BuildkitException, InterruptedException {
        if (CODES_AFTER_END.contains(failure.getStatus().getCode()) && build.awaitEnd(END_TIMEOUT)) {
            // The error of the build is more specific than the error of the call.
            build.await();
        }
        return BuildFailures.of(failure, endpoint);
    }

    private void awaitRegistration() throws InterruptedException {
        for (int ping = 1; ; ping++) {
            try {
                await(stub -> stub.ping(PingRequest.getDefaultInstance()));
                return;
            } catch (StatusRuntimeException e) {
                if (e.getStatus().getCode() != Status.Code.NOT_FOUND || build.isDone() || ping == MAX_PINGS) {
                    throw e;
                }
            }
        }
    }

    private SolveRequest solveRequest() {
        return SolveRequest.newBuilder()
                .setFrontend(request.frontend())
                .putAllFrontendOpt(request.options())
                .putFrontendOpt(CAPABILITIES_OPTION, request.options().getOrDefault(CAPABILITIES_OPTION, CAPABILITY))
                .setAllowResultReturn(true)
                .setAllowResultArrayRef(true)
                .build();
    }

    /** Waits for the response of a call. The call is cancelled when the build ends. */
    private <T> T await(Function<LLBBridgeGrpc.LLBBridgeFutureStub, ListenableFuture<T>> method)
            throws InterruptedException {
        ListenableFuture<T> call = method.apply(gateway);
        build.whenDone(() -> call.cancel(true));
        try {
            return Calls.answer(call);
        } catch (CancellationException e) {
            throw Status.CANCELLED.asRuntimeException();
        }
    }
}
