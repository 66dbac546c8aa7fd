// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesend;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;

/** What becomes of one call's messages. Used by one thread at a time, which may block. */
interface MessageReceiver {
    /** What follows a message. */
    enum After {
        MORE,
        /** The call may be answered. */
        COMPLETE,
        /** The daemon said that it cannot go on; it fails the build by itself, and knows better why. */
        GIVEN_UP
    }

    /** The call began. */
    void open() throws BuildkitException;

    /** Takes the next message, which belongs to it from now on. */
    After take(byte[] message) throws BuildkitException;

    /** The daemon sends no more; whatever was to come is complete, or never will be. */
    void end() throws BuildkitException;

    /** Whether all of the result is where it belongs; any thread may ask. */
    boolean isComplete();

    /** A last message to the daemon about a failure; null for none. */
    byte[] abortMessage(String reason);

    /** Gives back what is held; called once, however the call ended. */
    void close();
}
