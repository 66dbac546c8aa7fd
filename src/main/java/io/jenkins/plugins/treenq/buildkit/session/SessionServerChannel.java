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

/** Accepts the one connection of a session. It listens nowhere: nobody on this machine can reach what is served. */
final class SessionServerChannel extends AbstractServerChannel {
    /** A name for logs; nothing is bound to it. */
    private static final Logger LOGGER = Logger.getLogger(SessionServerChannel.class.getName());

    static final SocketAddress ADDRESS = new LocalAddress("buildkit-session");

    private final ChannelConfig config = new DefaultChannelConfig(this);
    private volatile boolean bound;
    private volatile boolean open = true;

    /** Hands the connection to the server, unless it has ended by then. */
    void accept(SessionChannel connection) {
        inLoop(() -> {
            if (!connection.isEnded()) {
                pipeline().fireChannelRead(connection);
                pipeline().fireChannelReadComplete();
            }
        });
    }

    /**
     * Runs a task in the event loop, where all that happens to the session's connection happens one after the other. A
     * client that is closed has no event loop any more; then there is nobody left for whom the task could be done.
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
