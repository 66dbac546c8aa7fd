// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.gateway.FrontendInputs;
import io.jenkins.plugins.treenq.buildkit.gateway.GatewayBuild;
import io.jenkins.plugins.treenq.buildkit.solve.DaemonBuild;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;

/** A build that is sent to the daemon when the targets that it uses have answered. */
final class LinkedBuild implements DaemonBuild {
    private final CompletableFuture<FrontendInputs> inputs;
    private final CompletableFuture<Map<String, String>> result;
    private boolean cancelled;
    private GatewayBuild begun;

    /**
     * @param inputs completes when the targets have answered
     * @param start sends the build to the daemon
     */
    LinkedBuild(
            CompletableFuture<FrontendInputs> inputs, Function<FrontendInputs, GatewayBuild> start, Executor workers) {
        this.inputs = inputs.copy();
        result = this.inputs.thenApplyAsync(start, workers).thenCompose(this::follow);
    }

    private CompletableFuture<Map<String, String>> follow(GatewayBuild started) {
        boolean late;
        synchronized (this) {
            begun = started;
            late = cancelled;
        }
        if (late) {
            started.cancel();
        }
        return started.result();
    }

    @Override
    public CompletableFuture<Map<String, String>> result() {
        return result;
    }

    @Override
    public void cancel() {
        GatewayBuild running;
        synchronized (this) {
            cancelled = true;
            running = begun;
        }
        inputs.completeExceptionally(new BuildkitException.BuildCancelledException());
        if (running != null) {
            running.cancel();
        }
    }
}
