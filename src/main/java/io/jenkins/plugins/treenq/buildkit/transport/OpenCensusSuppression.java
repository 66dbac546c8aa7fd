// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.transport;

import io.grpc.netty.InternalNettyChannelBuilder;
import io.grpc.netty.InternalNettyServerBuilder;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;

/**
 * Prevents each channel and server of gRPC from looking for OpenCensus, which the plugin does not contain. On an agent,
 * looking for a class that does not exist takes a round trip to the controller.
 */
public final class OpenCensusSuppression {
    private OpenCensusSuppression() {}

    /** Returns the same builder. */
    public static NettyChannelBuilder off(NettyChannelBuilder builder) {
        InternalNettyChannelBuilder.setStatsEnabled(builder, false);
        InternalNettyChannelBuilder.setTracingEnabled(builder, false);
        return builder;
    }

    /** Returns the same builder. */
    public static NettyServerBuilder off(NettyServerBuilder builder) {
        InternalNettyServerBuilder.setStatsEnabled(builder, false);
        InternalNettyServerBuilder.setTracingEnabled(builder, false);
        return builder;
    }
}
