// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.transport;

import io.netty.handler.codec.http2.Http2Exception;
import java.util.logging.Filter;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Keeps gRPC's server from warning, with a stack trace, that a daemon cancelled what it had asked for while the answer
 * was being written: every build does, since there is no other way to end a transfer early, and gRPC has no setting for
 * it.
 *
 * <p>Loggers belong to the whole JVM, where others may use gRPC too. So only records of this kind are left out that
 * come from this client's own event loops, and the filter is there only while they are.
 */
final class CancelledStreams implements Filter {
    /** Held here, for a logger that nobody holds forgets its filter. */
    private static final Logger SERVER = Logger.getLogger("io.grpc.netty.NettyServerHandler");

    private static final CancelledStreams FILTER = new CancelledStreams();

    // Guarded by the class.
    private static int users;
    private static Filter other;

    private CancelledStreams() {}

    static synchronized void leaveOut() {
        if (users++ == 0) {
            other = SERVER.getFilter();
            SERVER.setFilter(FILTER);
        }
    }

    /** Leaves the logger as it was found, unless somebody has changed it meanwhile. */
    static synchronized void leaveOutNoMore() {
        if (--users == 0) {
            if (SERVER.getFilter() == FILTER) {
                SERVER.setFilter(other);
            }
            other = null;
        }
    }

    @Override
    public boolean isLoggable(LogRecord record) {
        if (record.getThrown() instanceof Http2Exception.StreamException
                && Thread.currentThread().getName().startsWith(EventLoops.THREADS)) {
            return false;
        }
        Filter next = other();
        return next == null || next.isLoggable(record);
    }

    private static synchronized Filter other() {
        return other;
    }
}
