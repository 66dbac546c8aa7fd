// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.Status;
import io.jenkins.plugins.treenq.buildkit.threads.WorkerPool;
import io.jenkins.plugins.treenq.buildkit.wire.upload.BytesMessage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class UploadServiceTest {
    private final FakeCall<BytesMessage> daemon = new FakeCall<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicLong read = new AtomicLong();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

    private final CountDownLatch opened = new CountDownLatch(1);

    private InputStream watched(InputStream in) {
        opened.countDown();
        return new FilterInputStream(in) {
            @Override
            public int read(byte[] bytes, int from, int length) throws IOException {
                int count = super.read(bytes, from, length);
                read.addAndGet(Math.max(count, 0));
                return count;
            }

            @Override
            public void close() {
                closed.countDown();
            }
        };
    }

    @Test
    void aStreamIsSentCompletelyAtThePaceOfTheDaemon() throws Exception {
        byte[] bytes = new byte[10 << 20];
        new Random(1).nextBytes(bytes);
        daemon.setReady(false);
        new UploadCall("it", () -> watched(new ByteArrayInputStream(bytes)), daemon, WorkerPool.shared(), failures::add)
                .start();
        Thread.sleep(200);
        assertEquals(0, read.get());
        daemon.setReady(true);
        assertEquals(Status.Code.OK, daemon.awaitEnd().getCode());
        assertTrue(closed.await(2, TimeUnit.MINUTES));
        ByteArrayOutputStream arrived = new ByteArrayOutputStream();
        for (BytesMessage message : daemon.answers()) {
            assertTrue(message.getData().size() <= 3 << 20);
            arrived.writeBytes(message.getData().toByteArray());
        }
        assertArrayEquals(bytes, arrived.toByteArray());
    }

    @Test
    void aStreamThatCannotBeReadIsReportedByName() throws Exception {
        new UploadCall(
                        "tarball",
                        () -> {
                            throw new IOException("no such pipe");
                        },
                        daemon,
                        WorkerPool.shared(),
                        failures::add)
                .start();
        Status status = daemon.awaitEnd();
        assertEquals(Status.Code.ABORTED, status.getCode());
        assertEquals(
                "the upload from http://buildkit-session/tarball cannot be read: no such pipe",
                status.getDescription());
    }

    @Test
    void aCancelledUploadReleasesABlockedStream() throws Exception {
        PipedInputStream silent = new PipedInputStream(new PipedOutputStream());
        new UploadCall("it", () -> watched(silent), daemon, WorkerPool.shared(), failures::add).start();
        opened.await();
        daemon.cancel();
        assertTrue(closed.await(2, TimeUnit.MINUTES));
        assertFalse(daemon.answers().size() > 0);
    }
}
