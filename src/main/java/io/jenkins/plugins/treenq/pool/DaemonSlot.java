// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.pool;

/** The slot of one build at a daemon, until the slot is closed. */
public final class DaemonSlot implements AutoCloseable {
    private final DaemonPool places;
    private final String address;
    private boolean closed;

    DaemonSlot(DaemonPool places, String address) {
        this.places = places;
        this.address = address;
    }

    /** Returns the address of the daemon. */
    public String address() {
        return address;
    }

    /** Releases the slot, which a waiting build can get then. */
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
