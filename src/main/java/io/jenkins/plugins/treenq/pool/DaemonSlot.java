// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.pool;

/** The slot of one build at a daemon, until the slot is closed. */
public final class DaemonSlot implements AutoCloseable {
    private final DaemonPool pool;
    private final String address;
    private boolean closed;

    DaemonSlot(DaemonPool pool, String address) {
        this.pool = pool;
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
        pool.release(address);
    }
}
