// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.session;

import io.netty.channel.AbstractServerChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import io.netty.channel.local.LocalAddress;
import java.net.SocketAddress;

/** Accepts the one connection of a session. It listens nowhere: nobody on this machine can reach what is served. */
final class SessionServerChannel extends AbstractServerChannel {
    /** A name for logs; nothing is bound to it. */
    static final SocketAddress ADDRESS = new LocalAddress("buildkit-session");

    private final ChannelConfig config = new DefaultChannelConfig(this);
    private volatile boolean bound;
    private volatile boolean open = true;

    /** Hands the connection to the server. */
    void accept(SessionChannel connection) {
        eventLoop().execute(() -> {
            pipeline().fireChannelRead(connection);
            pipeline().fireChannelReadComplete();
        });
    }

    @Override
    protected void doRegister(ChannelPromise promise) {
        promise.setSuccess();
    }

    @Override
    protected void doBind(SocketAddress localAddress) {
        bound = true;
    }

    @Override
    protected void doBeginRead() {
        // There is nothing to poll: accept() brings the connection.
    }

    @Override
    protected void doClose() {
        open = false;
    }

    @Override
    protected boolean isCompatible(EventLoop loop) {
        return true;
    }

    @Override
    protected SocketAddress localAddress0() {
        return ADDRESS;
    }

    @Override
    public ChannelConfig config() {
        return config;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public boolean isActive() {
        return open && bound;
    }
}
