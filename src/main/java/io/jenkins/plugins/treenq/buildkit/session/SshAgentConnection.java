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
 * One connection of a step to an SSH agent, message by message.
 *
 * <p>It asks the agent one thing at a time, as that protocol is, takes the next bytes from the daemon only when there
 * is no whole message left, and asks nothing while the daemon does not take the answers: what waits here is one answer
 * and what came in one message of the call.
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
     * What answers, in the end {@link SshAgentConnection#answer} for each request, or {@link SshAgentConnection#end}.
     * Never blocks.
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

    /** The step will not ask any more, but may wait for answers. */
    @Override
    public synchronized void onCompleted() {
        stepDone = true;
        pump();
    }

    @Override
    public void onError(Throwable failure) {
        end(null);
    }

    /** The agent's answer to what it was last asked. */
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

    /** There will be no more answers; {@code failure} is null when nothing went wrong. */
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
        // An agent that answers at once gets here from within.
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
