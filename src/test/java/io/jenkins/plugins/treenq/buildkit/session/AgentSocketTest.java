// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.jenkins.plugins.treenq.buildkit.ssh.AgentFrames;
import io.jenkins.plugins.treenq.buildkit.transport.EventLoops;
import io.jenkins.plugins.treenq.buildkit.wire.ssh.BytesMessage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(300)
class AgentSocketTest {
    private final EventLoops loops = new EventLoops();
    private final FakeCall<BytesMessage> step = new FakeCall<>();

    @TempDir
    Path folder;

    private Path path;
    private ServerSocketChannel server;

    /** The server side of the socket. */
    private interface Peer<T> {
        T serve(SocketChannel connection) throws IOException;
    }

    @BeforeEach
    void listen() throws IOException {
        path = folder.resolve("agent");
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(path));
    }

    @AfterEach
    void close() throws IOException {
        server.close();
        loops.close();
    }

    private <T> CompletableFuture<T> peer(Peer<T> peer) {
        return CompletableFuture.supplyAsync(() -> {
            try (SocketChannel connection = server.accept()) {
                return peer.serve(connection);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }

    private static byte[] read(SocketChannel connection, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining() && connection.read(bytes) >= 0) {
            // Until it is full or the other side has ended.
        }
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    private static BytesMessage message(byte[] bytes) {
        return BytesMessage.newBuilder().setData(ByteString.copyFrom(bytes)).build();
    }

    private void awaitAnswers(int count) throws InterruptedException {
        synchronized (step) {
            while (step.answers.size() < count) {
                step.wait();
            }
        }
    }

    private SshAgentConnection filtered() {
        return new SshAgentConnection(step, call -> new SocketBackend(path, loops, call, failure -> {}));
    }

    @Test
    void onlyListAndSignRequestsAreForwardedInOrder() throws Exception {
        byte[] list = AgentFrames.framed(new byte[] {11});
        byte[] sign = AgentFrames.framed(new byte[] {13, 1, 2, 3});
        byte[] keys = AgentFrames.framed(new byte[] {12, 0, 0, 0, 0});
        byte[] signature = AgentFrames.framed(new byte[100_000]);
        CompletableFuture<byte[]> seen = peer(agent -> {
            byte[] first = read(agent, list.length);
            agent.write(ByteBuffer.wrap(keys));
            byte[] second = read(agent, sign.length);
            for (ByteBuffer answer = ByteBuffer.wrap(signature); answer.hasRemaining(); ) {
                agent.write(answer);
            }
            byte[] third = read(agent, 1000);
            return ByteBuffer.allocate(first.length + second.length + third.length)
                    .put(first)
                    .put(second)
                    .put(third)
                    .array();
        });
        SshAgentConnection call = filtered();
        ByteArrayOutputStream requests = new ByteArrayOutputStream();
        requests.writeBytes(list);
        for (int type : new int[] {17, 18, 19, 22, 23, 25, 27, 99}) {
            requests.writeBytes(AgentFrames.framed(new byte[] {(byte) type, 1, 2, 3, 4}));
        }
        requests.writeBytes(AgentFrames.framed(new byte[] {1}));
        requests.writeBytes(sign);
        call.onNext(message(requests.toByteArray()));
        awaitAnswers(11);
        call.onCompleted();
        assertEquals(Status.Code.OK, step.awaitEnd().getCode());
        byte[] expected = Arrays.copyOf(list, list.length + sign.length);
        System.arraycopy(sign, 0, expected, list.length, sign.length);
        assertArrayEquals(expected, seen.get());
        assertArrayEquals(keys, step.answers().get(0).getData().toByteArray());
        for (int i = 1; i <= 8; i++) {
            assertArrayEquals(
                    new byte[] {0, 0, 0, 1, 5}, step.answers().get(i).getData().toByteArray());
        }
        assertArrayEquals(
                new byte[] {0, 0, 0, 5, 2, 0, 0, 0, 0},
                step.answers().get(9).getData().toByteArray());
        assertArrayEquals(signature, step.answers().get(10).getData().toByteArray());
    }

    @Test
    void anAgentThatClosesTheConnectionEndsTheCall() throws Exception {
        peer(agent -> read(agent, 5));
        filtered().onNext(message(AgentFrames.framed(new byte[] {11})));
        assertEquals(Status.Code.OK, step.awaitEnd().getCode());
    }

    @Test
    void anInvalidResponseOfAnAgentEndsTheCall() throws Exception {
        peer(agent -> {
            agent.write(ByteBuffer.wrap(new byte[] {-1, -1, -1, -1}));
            return read(agent, 100);
        });
        filtered().onNext(message(AgentFrames.framed(new byte[] {11})));
        assertEquals(Status.Code.INTERNAL, step.awaitEnd().getCode());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aSocketWithoutAListenerIsReported(boolean raw) throws Exception {
        server.close();
        if (raw) {
            new RawSocket(step, path, loops, failure -> {});
        } else {
            filtered().onNext(message(AgentFrames.framed(new byte[] {11})));
        }
        Status status = step.awaitEnd();
        assertEquals(Status.Code.UNAVAILABLE, status.getCode());
        assertTrue(status.getDescription().contains(path.toString()));
    }

    @Test
    void aCancelledCallClosesTheConnectionToTheAgent() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        CompletableFuture<byte[]> seen = peer(agent -> {
            read(agent, 5);
            arrived.countDown();
            return read(agent, 1000);
        });
        filtered().onNext(message(AgentFrames.framed(new byte[] {11})));
        arrived.await();
        step.cancel();
        assertEquals(0, seen.get().length);
    }

    @Test
    void aRawSocketReceivesAllBytesAndItsResponseIsDelivered() throws Exception {
        byte[] bytes = new byte[3_000_000];
        new Random(1).nextBytes(bytes);
        CompletableFuture<byte[]> seen = peer(peer -> {
            byte[] all = read(peer, bytes.length + 1);
            for (ByteBuffer back = ByteBuffer.wrap(all); back.hasRemaining(); ) {
                peer.write(back);
            }
            return all;
        });
        RawSocket call = new RawSocket(step, path, loops, failure -> {});
        for (int at = 0, sent = 0; at < bytes.length; at += 32 << 10, sent++) {
            synchronized (step) {
                while (step.requested() <= sent) {
                    step.wait();
                }
            }
            call.onNext(message(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + (32 << 10)))));
        }
        call.onCompleted();
        assertArrayEquals(bytes, seen.get());
        assertEquals(Status.Code.OK, step.awaitEnd().getCode());
        ByteArrayOutputStream back = new ByteArrayOutputStream();
        step.answers().forEach(answer -> back.writeBytes(answer.getData().toByteArray()));
        assertArrayEquals(bytes, back.toByteArray());
    }

    @Test
    void aStepThatEndsBeforeTheRawSocketIsConnectedEndsTheSocketsInputToo() throws Exception {
        CompletableFuture<byte[]> seen = peer(peer -> {
            byte[] all = read(peer, 1);
            peer.write(ByteBuffer.wrap(new byte[] {7}));
            return all;
        });
        CountDownLatch ended = new CountDownLatch(1);
        // The event loop cannot connect before the step has ended.
        loops.io().execute(() -> {
            try {
                ended.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        new RawSocket(step, path, loops, failure -> {}).onCompleted();
        ended.countDown();

        assertEquals(Status.Code.OK, step.awaitEnd().getCode());
        assertEquals(0, seen.get().length);
        assertArrayEquals(new byte[] {7}, step.answers().get(0).getData().toByteArray());
    }

    @Test
    void aRawSocketIsReadOnlyAsFastAsTheDaemonReceives() throws Exception {
        step.setReady(false);
        peer(peer -> {
            for (ByteBuffer bytes = ByteBuffer.allocate(20 << 20); bytes.hasRemaining(); ) {
                peer.write(bytes);
            }
            return 0;
        });
        new RawSocket(step, path, loops, failure -> {});
        Thread.sleep(500);
        int held = step.answers().stream()
                .mapToInt(answer -> answer.getData().size())
                .sum();
        assertTrue(held <= 2 << 20, held + " bytes wait");
        step.setReady(true);
        assertEquals(Status.Code.OK, step.awaitEnd().getCode());
        assertEquals(
                20 << 20,
                step.answers().stream()
                        .mapToInt(answer -> answer.getData().size())
                        .sum());
    }
}
