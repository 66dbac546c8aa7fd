// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import hudson.remoting.Channel;
import hudson.remoting.ChannelClosedException;

/**
 * The cause of a failure whose agent was disconnected. The conditions of {@code retry} look for this type. The
 * exception has neither a channel nor a cause, because a Pipeline could not save those and would show a stack trace
 * instead of the message.
 */
final class AgentGoneException extends ChannelClosedException {
    private static final long serialVersionUID = 1;

    AgentGoneException() {
        super((Channel) null, "the agent was disconnected", null);
    }

    /**
     * Leaves the stack trace empty, because the place where the controller noticed the disconnection does not explain
     * the reason.
     */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
