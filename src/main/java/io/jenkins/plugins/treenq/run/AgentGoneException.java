// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import hudson.remoting.Channel;
import hudson.remoting.ChannelClosedException;

/**
 * The cause of a failure whose agent went away, which conditions of {@code retry} look for. It has nothing of the
 * channel, and no cause: a Pipeline could not save those, and would show a stack trace in the place of the message.
 */
final class AgentGoneException extends ChannelClosedException {
    private static final long serialVersionUID = 1;

    AgentGoneException() {
        super((Channel) null, "the agent went away", null);
    }

    /** Where this side noticed it says nothing of why. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
