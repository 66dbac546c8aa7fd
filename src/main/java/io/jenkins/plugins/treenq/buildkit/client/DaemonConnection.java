// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.buildkit.compression.CompressionDecision;
import io.jenkins.plugins.treenq.buildkit.control.DaemonInfo;
import io.jenkins.plugins.treenq.buildkit.transport.ClientChannel;
import io.jenkins.plugins.treenq.buildkit.transport.DaemonChannel;
import io.jenkins.plugins.treenq.buildkit.transport.EventLoops;

/** A connection to a daemon, which one client uses at a time, with the compression decision for its link. */
final class DaemonConnection implements AutoCloseable {
    private final Endpoint endpoint;
    private final EventLoops loops;
    private final ManagedChannel channel;
    private final CompressionDecision compression;

    /** Null until the daemon has answered. */
    private volatile DaemonInfo info;

    DaemonConnection(Endpoint endpoint) throws BuildkitException.InvalidRequestException {
        this.endpoint = endpoint;
        loops = new EventLoops();
        boolean opened = false;
        try {
            channel = DaemonChannel.open(endpoint, loops);
            opened = true;
        } finally {
            if (!opened) {
                loops.close();
            }
        }
        compression = new CompressionDecision(endpoint.compression());
    }

    Endpoint endpoint() {
        return endpoint;
    }

    EventLoops loops() {
        return loops;
    }

    /** Returns the channel for one client. */
    ClientChannel channel() {
        return new ClientChannel(channel);
    }

    CompressionDecision compression() {
        return compression;
    }

    DaemonInfo info() {
        return info;
    }

    void setInfo(DaemonInfo answer) {
        info = answer;
    }

    /** Returns whether the connection is established, as far as this machine has noticed. */
    boolean isEstablished() {
        return channel.getState(false) == ConnectivityState.READY;
    }

    /** Drops a lost connection, so that the next call connects anew. Running calls are not affected. */
    void reconnect() {
        channel.enterIdle();
    }

    @Override
    public void close() {
        channel.shutdownNow();
        loops.close();
    }
}
