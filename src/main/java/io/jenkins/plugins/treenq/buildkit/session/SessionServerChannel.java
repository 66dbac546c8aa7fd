// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.session;

import io.netty.channel.AbstractServerChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import io.netty.channel.local.LocalAddress;
import java.net.SocketAddress;
import java.util.concurrent.RejectedExecutionException;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * A Netty server channel that accepts the single connection of a session. The channel does not listen on any address,
 * so that no other process on the machine can reach the session's services.
 */
final class SessionServerChannel extends AbstractServerChannel {
    private static final Logger LOGGER = Logger.getLogger(SessionServerChannel.class.getName());

    /** The address is used in log messages only; no socket is bound to it. */
    static final SocketAddress ADDRESS = new LocalAddress("buildkit-session");

    private final ChannelConfig config = new DefaultChannelConfig(this);
    private volatile boolean bound;
    private volatile boolean open = true;

    /** Passes the connection to the server, unless the connection has ended in the meantime. */
    void accept(SessionChannel connection) {
        inLoop(() -> {
            if (!connection.isEnded()) {
                pipeline().fireChannelRead(connection);
                pipeline().fireChannelReadComplete();
            }
        });
    }

    /**
     * Runs a task in the session's event loop, which serializes all actions on the session's connection. A closed
     * client has no event loop any more; then the task is dropped, because no connection is left that it could affect.
     */
    void inLoop(Runnable task) {
        try {
            eventLoop().execute(task);
        } catch (RejectedExecutionException e) {
            LOGGER.log(Level.FINE, e, () -> "the event loop has ended");
        }
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
        // Reading needs no polling, because accept() delivers the connection.
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
