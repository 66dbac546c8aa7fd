// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Output;
import io.jenkins.plugins.treenq.buildkit.wire.filesync.BytesMessage;
import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Archives that a daemon sends. */
class ArchiveReceiverTest {
    private static final BytesMessage PIECE = BytesMessage.newBuilder()
            .setData(ByteString.copyFrom(new byte[32 << 10]))
            .build();

    private final ExecutorService threads = Executors.newFixedThreadPool(4);
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();
    private FakeDaemon daemon;
    private FileSendService service;

    private void serve(Output.Opener opener) throws IOException {
        service = new FileSendService(Map.of(3, new Output.Stream(opener)), Map.of(), null, threads, failures::add);
        daemon = new FakeDaemon(service);
    }

    @AfterEach
    void stop() {
        daemon.close();
        threads.shutdownNow();
    }

    private FakeDaemon.Transfer<BytesMessage> send() {
        return daemon.sendArchive("buildkit-attachable-exporter-id", "3", "exporter-md-image.name", "x");
    }

    @Test
    void theStreamIsClosedBeforeTheResponse() throws Exception {
        AtomicBoolean closed = new AtomicBoolean();
        ByteArrayOutputStream out = new ByteArrayOutputStream() {
            @Override
            public void close() {
                closed.set(true);
            }
        };
        serve(() -> out);
        FakeDaemon.Transfer<BytesMessage> transfer = send();
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 1000; i++) {
            expected.append(i).append('\n');
            transfer.send(BytesMessage.newBuilder()
                    .setData(ByteString.copyFromUtf8(i + "\n"))
                    .build());
        }
        transfer.halfClose();
        assertEquals(Status.OK, transfer.end());
        assertTrue(closed.get());
        assertEquals(expected.toString(), out.toString());
        service.finish();
    }

    @Test
    void aFullDiskIsReported() throws Exception {
        serve(() -> new FileOutputStream("/dev/full"));
        FakeDaemon.Transfer<BytesMessage> transfer = send().send(PIECE);
        assertEquals(Status.Code.FAILED_PRECONDITION, transfer.end().getCode());
        assertInstanceOf(BuildkitException.OutputUnwritableException.class, failures.get(0));
        assertTrue(
                failures.get(0).getMessage().contains("No space left"),
                failures.get(0).getMessage());
    }

    @Test
    void aStreamThatCannotBeOpenedIsReported() throws Exception {
        serve(() -> new FileOutputStream("/proc/nowhere/x"));
        assertEquals(Status.Code.FAILED_PRECONDITION, send().end().getCode());
        assertInstanceOf(BuildkitException.OutputUnwritableException.class, failures.get(0));
    }

    @Test
    void aSlowReaderSlowsTheDaemonDown() throws Exception {
        Semaphore permits = new Semaphore(0);
        AtomicLong written = new AtomicLong();
        serve(() -> new OutputStream() {
            @Override
            public void write(int b) {
                throw new AssertionError();
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                try {
                    permits.acquire();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                written.addAndGet(length);
            }
        });
        FakeDaemon.Transfer<BytesMessage> transfer = send();
        long sent = 0;
        for (int idle = 0; idle < 20; ) {
            if (transfer.offer(PIECE)) {
                sent++;
                idle = 0;
            } else {
                idle++;
                Thread.sleep(10);
            }
        }
        assertTrue(sent * (32 << 10) < 8 << 20, sent + " pieces were accepted although the reader reads nothing");
        permits.release(1 << 20);
        transfer.halfClose();
        assertEquals(Status.OK, transfer.end());
        assertEquals(sent * (32 << 10), written.get());
    }

    @Test
    void garbageIsRefused() throws Exception {
        serve(ByteArrayOutputStream::new);
        FakeDaemon.Transfer<byte[]> transfer = daemon.sendBytes("buildkit-attachable-exporter-id", "3");
        transfer.send(new byte[] {10, 100, 1});
        assertEquals(Status.Code.FAILED_PRECONDITION, transfer.end().getCode());
        assertInstanceOf(BuildkitException.DaemonFailedException.class, failures.get(0));
    }
}
