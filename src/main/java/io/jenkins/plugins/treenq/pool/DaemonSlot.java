// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.pool;

/** One build's place at a daemon, until it is closed. */
public final class DaemonSlot implements AutoCloseable {
    private final DaemonPool places;
    private final String address;
    private boolean closed;

    DaemonSlot(DaemonPool places, String address) {
        this.places = places;
        this.address = address;
    }

    /** Of the daemon. */
    public String address() {
        return address;
    }

    /** Gives it to whoever waits. */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        places.free(address);
    }
}
