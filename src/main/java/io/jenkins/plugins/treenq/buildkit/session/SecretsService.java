// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.session;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.jenkins.plugins.treenq.buildkit.Secrets;
import io.jenkins.plugins.treenq.buildkit.wire.secrets.GetSecretRequest;
import io.jenkins.plugins.treenq.buildkit.wire.secrets.GetSecretResponse;
import io.jenkins.plugins.treenq.buildkit.wire.secrets.SecretsGrpc;
import java.util.Optional;

/**
 * Answers the daemon's questions for secrets. A missing one is NOT_FOUND, which optional mounts and git contexts expect;
 * any other code would fail them ({@code session/secrets/secrets.go}).
 */
final class SecretsService extends SecretsGrpc.SecretsImplBase {
    private final Secrets secrets;

    SecretsService(Secrets secrets) {
        this.secrets = secrets;
    }

    @Override
    public void getSecret(GetSecretRequest request, StreamObserver<GetSecretResponse> answer) {
        Optional<byte[]> secret = secrets.find(request.getID());
        if (secret.isEmpty()) {
            answer.onError(Status.NOT_FOUND
                    .withDescription("secret " + request.getID() + " was not given to this build")
                    .asRuntimeException());
            return;
        }
        answer.onNext(GetSecretResponse.newBuilder()
                .setData(ByteString.copyFrom(secret.get()))
                .build());
        answer.onCompleted();
    }
}
