// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.jenkins.plugins.treenq.buildkit.ssh.AgentFrames;
import io.jenkins.plugins.treenq.buildkit.ssh.Keyring;
import io.jenkins.plugins.treenq.buildkit.ssh.SshKeyFormats;
import io.jenkins.plugins.treenq.buildkit.wire.ssh.BytesMessage;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SshAgentConnectionTest {
    private static final byte[] LIST = AgentFrames.framed(new byte[] {11});

    private final FakeCall<BytesMessage> step = new FakeCall<>();
    private Keyring keyring;
    private SshAgentConnection call;

    @BeforeEach
    void connect() throws Exception {
        keyring = Keyring.of(List.of(SshKeyFormats.key(SshKeyFormats.pair("Ed25519", 255), "")));
        call = new SshAgentConnection(step, it -> new KeyringBackend(keyring, it));
    }

    private void send(byte[] bytes) {
        call.onNext(
                BytesMessage.newBuilder().setData(ByteString.copyFrom(bytes)).build());
    }

    private static byte[] many(int requests) {
        ByteBuffer bytes = ByteBuffer.allocate(requests * LIST.length);
        for (int i = 0; i < requests; i++) {
            bytes.put(LIST);
        }
        return bytes.array();
    }

    private void assertAnswers(int number) {
        assertEquals(number, step.answers().size());
        byte[] expected = AgentFrames.framed(keyring.answer(new byte[] {11}));
        step.answers()
                .forEach(answer -> assertArrayEquals(expected, answer.getData().toByteArray()));
    }

    @Test
    void requestsInArbitraryPiecesAreAnswered() {
        Random random = new Random(1);
        ByteBuffer rest = ByteBuffer.wrap(many(500));
        while (rest.hasRemaining()) {
            byte[] part = new byte[Math.min(rest.remaining(), random.nextInt(12))];
            rest.get(part);
            send(part);
            assertFalse(step.isOver());
        }
        assertAnswers(500);
        call.onCompleted();
        assertTrue(step.isOver());
    }

    @Test
    void manyRequestsInOneMessageAreAnsweredWithoutRecursion() {
        send(many(50_000));
        assertEquals(50_000, step.answers().size());
    }

    @Test
    void nothingIsReadWhileTheDaemonAcceptsNoResponses() {
        step.setReady(false);
        send(many(3));
        assertEquals(0, step.answers().size());
        assertEquals(1, step.requested());
        step.setReady(true);
        assertAnswers(3);
        assertEquals(2, step.requested());
    }

    @Test
    void aStepThatHasEndedItsRequestsGetsItsResponses() throws Exception {
        step.setReady(false);
        send(many(3));
        call.onCompleted();
        assertFalse(step.isOver());
        step.setReady(true);
        assertAnswers(3);
        assertEquals(Status.Code.OK, step.awaitEnd().getCode());
    }

    @Test
    void anIncompleteRequestEndsTheCall() throws Exception {
        send(new byte[] {0, 0, 0});
        call.onCompleted();
        assertEquals(Status.Code.OK, step.awaitEnd().getCode());
    }

    @Test
    void aRequestThatIsTooLongEndsTheCall() throws Exception {
        send(new byte[] {0, 4, 0, 1});
        assertEquals(Status.Code.INVALID_ARGUMENT, step.awaitEnd().getCode());
        send(LIST);
        call.onCompleted();
        assertEquals(0, step.answers().size());
    }

    @Test
    void aCancelledCallReceivesNoResponse() {
        step.cancel();
        send(LIST);
        call.onCompleted();
        assertFalse(step.isOver());
        assertEquals(0, step.answers().size());
    }
}
