// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.solve;

import io.grpc.ManagedChannel;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.transport.Calls;
import io.jenkins.plugins.treenq.buildkit.wire.control.ControlGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.control.StatusRequest;

/** The progress of a build that ended, or that somebody else runs: told from its start to its end. */
public final class HistoryReplay {
    private HistoryReplay() {}

    /**
     * Tells the listener on the calling thread.
     *
     * @throws io.grpc.StatusRuntimeException when the daemon knows no such build, or goes away
     */
    public static void run(ManagedChannel channel, String ref, BuildListener listener)
            throws BuildkitException, InterruptedException {
        Events events = new Events();
        StatusRequest request = StatusRequest.newBuilder().setRef(ref).build();
        Calls.each(
                () -> ControlGrpc.newBlockingStub(channel).status(request),
                message -> events.read(message, listener::onEvent));
    }
}
