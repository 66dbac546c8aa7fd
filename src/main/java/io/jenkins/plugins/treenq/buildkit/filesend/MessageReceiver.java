// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesend;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;

/** Processes the messages of one call. One thread at a time calls its methods, which may block. */
interface MessageReceiver {
    /** How a call continues after a message. */
    enum After {
        MORE,
        /** The result is complete and the call can be closed. */
        COMPLETE,
        /** The daemon reported that it cannot continue. The daemon fails the build itself, with the actual reason. */
        GIVEN_UP
    }

    /** Prepares for the first message. */
    void open() throws BuildkitException;

    /** Processes the next message, which the receiver owns from now on. */
    After take(byte[] message) throws BuildkitException;

    /** Processes the end of the daemon's messages. An incomplete result is an error. */
    void end() throws BuildkitException;

    /** Whether the whole result has been written. May be called by any thread. */
    boolean isComplete();

    /** Returns a last message that tells the daemon about a failure, or null for none. */
    byte[] abortMessage(String reason);

    /** Releases the receiver's resources. Called once, however the call ended. */
    void close();
}
