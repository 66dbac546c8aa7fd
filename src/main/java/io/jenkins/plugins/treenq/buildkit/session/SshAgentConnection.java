// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.session;

import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.jenkins.plugins.treenq.buildkit.ssh.AgentFrames;
import io.jenkins.plugins.treenq.buildkit.wire.ssh.BytesMessage;
import java.util.Optional;
import java.util.function.Function;

/**
 * A connection of a build step to an SSH agent, which transports whole messages of the agent protocol.
 *
 * <p>The connection sends the agent one request at a time, as the agent protocol requires. It requests the next bytes
 * from the daemon only when no complete message is left, and sends the agent no request while the daemon does not
 * accept responses. At most one response and the content of one message of the call are therefore in memory.
 */
final class SshAgentConnection implements StreamObserver<BytesMessage> {
    private final ServerCallStreamObserver<BytesMessage> step;
    private final Backend agent;
    private final AgentFrames requests = new AgentFrames();
    private boolean moreAsked;
    private boolean answerDue;
    private boolean pumping;
    private boolean stepDone;
    private boolean over;

    /**
     * An SSH agent, which answers each request by {@link SshAgentConnection#answer} or {@link SshAgentConnection#end},
     * immediately or later. An implementation must not block.
     */
    interface Backend {
        void request(byte[] request);

        void close();
    }

    SshAgentConnection(ServerCallStreamObserver<BytesMessage> step, Function<SshAgentConnection, Backend> agent) {
        this.step = step;
        this.agent = agent.apply(this);
        step.disableAutoRequest();
        step.setOnReadyHandler(this::pump);
        step.setOnCancelHandler(() -> end(null));
        step.request(1);
        moreAsked = true;
    }

    @Override
    public synchronized void onNext(BytesMessage message) {
        moreAsked = false;
        requests.feed(message.getData().asReadOnlyByteBuffer());
        pump();
    }

    /** The build step sends no further requests, but may wait for responses. */
    @Override
    public synchronized void onCompleted() {
        stepDone = true;
        pump();
    }

    @Override
    public void onError(Throwable failure) {
        end(null);
    }

    /** Sends the agent's response to the current request. */
    synchronized void answer(byte[] answer) {
        if (over) {
            return;
        }
        answerDue = false;
        step.onNext(BytesMessage.newBuilder()
                .setData(UnsafeByteOperations.unsafeWrap(AgentFrames.framed(answer)))
                .build());
        pump();
    }

    /**
     * Ends the call.
     *
     * @param failure status of the call; null if the connection ended without a failure
     */
    synchronized void end(Status failure) {
        if (over) {
            return;
        }
        over = true;
        agent.close();
        if (step.isCancelled()) {
            return;
        }
        if (failure == null) {
            step.onCompleted();
        } else {
            step.onError(failure.asRuntimeException());
        }
    }

    private synchronized void pump() {
        // A backend that answers immediately calls this method recursively.
        if (pumping) {
            return;
        }
        pumping = true;
        try {
            while (!over && !answerDue && step.isReady()) {
                Optional<byte[]> request = requests.next();
                if (request.isEmpty()) {
                    await();
                    return;
                }
                answerDue = true;
                agent.request(request.get());
            }
        } catch (AgentFrames.Malformed e) {
            end(Status.INVALID_ARGUMENT.withDescription(e.getMessage()));
        } finally {
            pumping = false;
        }
    }

    private void await() {
        if (stepDone) {
            end(null);
        } else if (!moreAsked) {
            moreAsked = true;
            step.request(1);
        }
    }
}
