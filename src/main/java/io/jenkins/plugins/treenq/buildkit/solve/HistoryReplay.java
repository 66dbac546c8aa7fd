// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.solve;

import io.grpc.ManagedChannel;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.transport.Calls;
import io.jenkins.plugins.treenq.buildkit.wire.control.ControlGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.control.StatusRequest;

/**
 * Replays the progress of a build from its start to its end. The build may have ended, or be running for another
 * client.
 */
public final class HistoryReplay {
    private HistoryReplay() {}

    /**
     * Sends the events to the listener on the calling thread, until the build has ended.
     *
     * @throws io.grpc.StatusRuntimeException if the daemon does not know the build, or the connection is lost
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
