// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.session;

import io.grpc.Metadata;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.ssh.Keyring;
import io.jenkins.plugins.treenq.buildkit.transport.EventLoops;
import io.jenkins.plugins.treenq.buildkit.wire.ssh.BytesMessage;
import io.jenkins.plugins.treenq.buildkit.wire.ssh.CheckAgentRequest;
import io.jenkins.plugins.treenq.buildkit.wire.ssh.CheckAgentResponse;
import io.jenkins.plugins.treenq.buildkit.wire.ssh.SSHGrpc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The session's service that connects build steps with the SSH agents of the build ({@code session/sshforward/ssh.go},
 * {@code sshprovider/agentprovider.go}).
 */
final class SshService extends SSHGrpc.SSHImplBase {
    private static final Metadata.Key<String> ID = RequestHeaders.name("buildkit.ssh.id");
    private static final String DEFAULT_ID = "default";

    private final Map<String, Agent> agents = new HashMap<>();

    /** Accepts connections of build steps. */
    private interface Agent {
        StreamObserver<BytesMessage> connect(ServerCallStreamObserver<BytesMessage> step);
    }

    /** @throws BuildkitException.InvalidRequestException if a key is unusable or a socket does not exist */
    SshService(Map<String, SshAgent> ssh, EventLoops loops, Consumer<Throwable> onFailure)
            throws BuildkitException.InvalidRequestException {
        for (Map.Entry<String, SshAgent> entry : ssh.entrySet()) {
            agents.put(
                    entry.getKey().isEmpty() ? DEFAULT_ID : entry.getKey(), agent(entry.getValue(), loops, onFailure));
        }
    }

    private static Agent agent(SshAgent agent, EventLoops loops, Consumer<Throwable> onFailure)
            throws BuildkitException.InvalidRequestException {
        if (agent instanceof SshAgent.Keys keys) {
            Keyring keyring = Keyring.of(keys.keys());
            return step -> new SshAgentConnection(step, call -> new KeyringBackend(keyring, call));
        }
        SshAgent.Socket socket = (SshAgent.Socket) agent;
        Path path = socket.path();
        if (!Files.exists(path) || Files.isRegularFile(path) || Files.isDirectory(path)) {
            throw new BuildkitException.InvalidRequestException(
                    "there is no SSH agent's socket at '" + path + "'; start an agent or give its SSH_AUTH_SOCK");
        }
        return socket.raw()
                ? step -> new RawSocket(step, path, loops, onFailure)
                : step -> new SshAgentConnection(step, call -> new SocketBackend(path, loops, call, onFailure));
    }

    ServerServiceDefinition intercepted() {
        return ServerInterceptors.intercept(this, new RequestHeaders());
    }

    @Override
    public void checkAgent(CheckAgentRequest request, StreamObserver<CheckAgentResponse> answer) {
        CallAnswers.answer(answer, () -> {
            agent(request.getID());
            return CheckAgentResponse.getDefaultInstance();
        });
    }

    @Override
    public StreamObserver<BytesMessage> forwardAgent(StreamObserver<BytesMessage> answers) {
        try {
            return agent(RequestHeaders.get(ID)).connect((ServerCallStreamObserver<BytesMessage>) answers);
        } catch (io.grpc.StatusRuntimeException e) {
            answers.onError(e);
            return new IgnoredRequests<>();
        }
    }

    private Agent agent(String id) {
        String wanted = id.isEmpty() ? DEFAULT_ID : id;
        Agent agent = agents.get(wanted);
        if (agent == null) {
            throw Status.NOT_FOUND
                    .withDescription("SSH agent " + wanted + " was not provided to this build")
                    .asRuntimeException();
        }
        return agent;
    }
}
