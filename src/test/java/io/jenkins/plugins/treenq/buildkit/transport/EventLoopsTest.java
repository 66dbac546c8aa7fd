// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class EventLoopsTest {
    private static final Logger GRPC = Logger.getLogger("io.grpc.netty.NettyServerHandler");

    @Test
    void clientsShareAFewEventLoops() throws Exception {
        List<EventLoops> clients = new ArrayList<>();
        Set<EventLoopGroup> loops = new HashSet<>();
        Set<Thread> threads = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            EventLoops client = new EventLoops();
            clients.add(client);
            assertSame(client.io(), client.io().next());
            loops.add(client.io());
            threads.add(client.io().submit(Thread::currentThread).get());
        }
        assertEquals(EventLoops.MOST_LOOPS, loops.size());
        assertEquals(EventLoops.MOST_LOOPS, threads.size());
        clients.subList(1, 100).forEach(EventLoops::close);
        clients.get(1).close();
        assertEquals("alive", clients.get(0).io().submit(() -> "alive").get());
        clients.get(0).close();
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private static LogRecord cancelledStream() {
        LogRecord record = new LogRecord(Level.WARNING, "Stream Error");
        record.setThrown(Http2Exception.streamError(1, Http2Error.CANCEL, "closed"));
        return record;
    }

    @Test
    void onlyWarningsOfOwnEventLoopsAreSuppressed() throws Exception {
        List<LogRecord> logged = new CopyOnWriteArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord record) {
                logged.add(record);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        GRPC.addHandler(handler);
        GRPC.setUseParentHandlers(false);
        // Other tests in this JVM may have disabled the logger.
        Level before = GRPC.getLevel();
        GRPC.setLevel(Level.INFO);
        try {
            EventLoops client = new EventLoops();
            assertEquals(Level.INFO, GRPC.getLevel());
            client.io().submit(() -> GRPC.log(cancelledStream())).get();
            assertTrue(logged.isEmpty());
            client.io().submit(() -> GRPC.warning("something else")).get();
            GRPC.log(cancelledStream());
            assertEquals(2, logged.size());
            client.close();
            while (GRPC.getFilter() instanceof CancelledStreams) {
                TimeUnit.MILLISECONDS.sleep(20);
            }
        } finally {
            GRPC.removeHandler(handler);
            GRPC.setUseParentHandlers(true);
            GRPC.setLevel(before);
        }
    }
}
