// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.ssh;

/** Numbers of the agent protocol (draft-ietf-sshm-ssh-agent, sections 6.1 and 6.3; the first two are its version 1). */
public final class AgentMessage {
    private static final byte[] FAILURE = {5};
    private static final byte[] NO_KEYS_OF_VERSION_1 = {2, 0, 0, 0, 0};

    private static final int LIST_VERSION_1 = 1;
    static final int LIST = 11;
    static final int KEYS = 12;
    static final int SIGN = 13;
    static final int SIGNATURE = 14;

    /** Flags of a sign request. */
    static final int RSA_SHA2_256 = 2;

    static final int RSA_SHA2_512 = 4;

    private AgentMessage() {}

    /** Whether a step may ask this of an agent; everything else would change the agent or reveal more of it. */
    public static boolean isAllowed(byte[] request) {
        return type(request) == LIST || type(request) == SIGN;
    }

    /** What an agent says that does not do what was asked for; extensions and the older list are answered so too. */
    public static byte[] refusal(byte[] request) {
        return type(request) == LIST_VERSION_1 ? NO_KEYS_OF_VERSION_1.clone() : FAILURE.clone();
    }

    static int type(byte[] message) {
        return message.length == 0 ? 0 : message[0] & 0xff;
    }
}
