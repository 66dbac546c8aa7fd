// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.gateway;

import io.grpc.ManagedChannel;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.buildkit.threads.FutureOutcome;
import io.jenkins.plugins.treenq.buildkit.threads.WorkerPool;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/** Executes a subrequest, such as {@code frontend.lint}, which a frontend answers instead of building. */
public final class Subrequest {
    /** The option with the name of the subrequest, such as {@code frontend.lint}. */
    public static final String OPTION = "requestid";

    private static final String CAPABILITY = "moby.buildkit.frontend.subrequests";

    private Subrequest() {}

    /**
     * Executes a subrequest and waits for the result. As with buildx, the daemon does not record it in its history.
     *
     * @param inputs request with the subrequest among its options, and the results of other builds that it refers to
     * @param sessionId ID of an open session
     * @param workers pool whose threads call the listener
     * @return the metadata of the frontend's result by key, such as {@code result.json} and {@code result.txt}
     */
    public static Map<String, String> run(
            ManagedChannel channel,
            Endpoint endpoint,
            WorkerPool workers,
            FrontendInputs inputs,
            String sessionId,
            BuildListener listener)
            throws BuildkitException, InterruptedException {
        BuildRequest request = inputs.request();
        if (request.frontend().isEmpty() || !request.options().containsKey(OPTION)) {
            throw new BuildkitException.InvalidRequestException(
                    "a subrequest needs a frontend, and the option " + OPTION);
        }
        AtomicReference<Map<String, String>> answer = new AtomicReference<>();
        GatewayBuild build = GatewayBuild.start(
                channel, endpoint, workers, inputs.asking(CAPABILITY), sessionId, listener, (result, evaluation) -> {
                    answer.set(result.metadata());
                    return CompletableFuture.completedFuture(null);
                });
        try {
            FutureOutcome.get(build.result(), BuildkitException.class);
        } finally {
            build.cancel();
        }
        return answer.get();
    }
}
