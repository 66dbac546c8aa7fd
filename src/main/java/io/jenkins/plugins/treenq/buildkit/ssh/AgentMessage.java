// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.ssh;

/**
 * The message numbers of the agent protocol (draft-ietf-sshm-ssh-agent, sections 6.1 and 6.3; the numbers 1 and 2
 * belong to version 1 of the protocol).
 */
public final class AgentMessage {
    private static final byte[] FAILURE = {5};
    private static final byte[] NO_KEYS_OF_VERSION_1 = {2, 0, 0, 0, 0};

    private static final int LIST_VERSION_1 = 1;
    static final int LIST = 11;
    static final int KEYS = 12;
    static final int SIGN = 13;
    static final int SIGNATURE = 14;

    /** The flags of a sign request. */
    static final int RSA_SHA2_256 = 2;

    static final int RSA_SHA2_512 = 4;

    private AgentMessage() {}

    /**
     * Whether a build step may send this request to an agent. Other requests could change the agent or reveal more of
     * its data.
     */
    public static boolean isAllowed(byte[] request) {
        return type(request) == LIST || type(request) == SIGN;
    }

    /**
     * Returns the response to a request that the agent does not fulfill, such as an extension. The list request of
     * version 1 gets an empty list.
     */
    public static byte[] refusal(byte[] request) {
        return type(request) == LIST_VERSION_1 ? NO_KEYS_OF_VERSION_1.clone() : FAILURE.clone();
    }

    static int type(byte[] message) {
        return message.length == 0 ? 0 : message[0] & 0xff;
    }
}
