// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.transport;

import io.netty.handler.codec.http2.Http2Exception;
import java.util.logging.Filter;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Suppresses warnings of gRPC's server about streams that the daemon cancelled while a response was being written. Such
 * a warning includes a stack trace and would occur in every build, because the daemon has no other way to end a
 * transfer early. gRPC has no option for this.
 *
 * <p>Loggers belong to the whole JVM, in which other code may use gRPC, too. This filter therefore suppresses only such
 * warnings of this client's own event loops, and is installed only while the event loops exist.
 */
final class CancelledStreams implements Filter {
    /**
     * The reference is necessary, because a logger without references is garbage collected together with its filter.
     */
    private static final Logger SERVER = Logger.getLogger("io.grpc.netty.NettyServerHandler");

    private static final CancelledStreams FILTER = new CancelledStreams();

    // Guarded by the class' lock, like the other filter.
    private static int users;
    private static Filter other;

    private CancelledStreams() {}

    static synchronized void leaveOut() {
        if (users++ == 0) {
            other = SERVER.getFilter();
            SERVER.setFilter(FILTER);
        }
    }

    /** Removes the filter and restores the previous filter, unless the logger's filter was replaced in the meantime. */
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
