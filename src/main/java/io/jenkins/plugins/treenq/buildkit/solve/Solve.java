// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.solve;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.CacheEntry;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.buildkit.Export;
import io.jenkins.plugins.treenq.buildkit.wire.control.CacheOptions;
import io.jenkins.plugins.treenq.buildkit.wire.control.CacheOptionsEntry;
import io.jenkins.plugins.treenq.buildkit.wire.control.ControlGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.control.Exporter;
import io.jenkins.plugins.treenq.buildkit.wire.control.SolveRequest;
import io.jenkins.plugins.treenq.buildkit.wire.control.SolveResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;

/** Runs one build: the Solve call, which lives as long as the build does, and its progress beside it. */
public final class Solve {
    private Solve() {}

    /**
     * Builds.
     *
     * @param sessionId an open session
     * @param executor where the listener is told
     * @return what the exporters answered
     * @throws InterruptedException after the daemon was told to stop
     */
    public static Map<String, String> run(
            ManagedChannel channel,
            Endpoint endpoint,
            Executor executor,
            BuildRequest request,
            String sessionId,
            BuildListener listener)
            throws BuildkitException, InterruptedException {
        ListenableFuture<SolveResponse> solve =
                ControlGrpc.newFutureStub(channel).solve(message(request, sessionId));
        StatusStream progress = StatusStream.open(channel, executor, request.ref(), listener);
        try {
            return solve.get().getExporterResponseMap();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof StatusRuntimeException failure) {
                throw BuildFailures.of(failure, endpoint);
            }
            throw new IllegalStateException(e.getCause());
        } finally {
            // Ends the call if it was interrupted: the daemon stops the build when nobody waits for it any more.
            if (solve.cancel(true)) {
                progress.close();
            } else {
                progress.drain();
            }
        }
    }

    private static SolveRequest message(BuildRequest request, String sessionId) {
        SolveRequest.Builder message = SolveRequest.newBuilder()
                .setRef(request.ref())
                .setSession(sessionId)
                .setFrontend(request.frontend())
                .putAllFrontendAttrs(request.options())
                .addAllEntitlements(request.entitlements())
                .setCache(CacheOptions.newBuilder()
                        .addAllImports(entries(request.cacheImports()))
                        .addAllExports(entries(request.cacheExports())));
        if (!request.cacheImports().isEmpty()) {
            // Frontends take imports from here only (client/solve.go).
            message.putFrontendAttrs("cache-imports", json(request.cacheImports()));
        }
        for (Export export : request.exports()) {
            message.addExporters(
                    Exporter.newBuilder().setType(export.type()).putAllAttrs(export.attributes()));
        }
        return message.build();
    }

    private static List<CacheOptionsEntry> entries(List<CacheEntry> entries) {
        return entries.stream()
                .map(entry -> CacheOptionsEntry.newBuilder()
                        .setType(entry.type())
                        .putAllAttrs(entry.attributes())
                        .build())
                .toList();
    }

    private static String json(List<CacheEntry> entries) {
        JsonArray list = new JsonArray();
        for (CacheEntry entry : entries) {
            JsonObject attributes = new JsonObject();
            entry.attributes().forEach(attributes::addProperty);
            JsonObject object = new JsonObject();
            object.addProperty("Type", entry.type());
            object.add("Attrs", attributes);
            list.add(object);
        }
        return list.toString();
    }
}
