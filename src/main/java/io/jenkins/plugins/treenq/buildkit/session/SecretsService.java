// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.session;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.jenkins.plugins.treenq.buildkit.wire.secrets.GetSecretRequest;
import io.jenkins.plugins.treenq.buildkit.wire.secrets.GetSecretResponse;
import io.jenkins.plugins.treenq.buildkit.wire.secrets.SecretsGrpc;

/**
 * The session's service through which the daemon requests secrets. For a missing secret, the service returns NOT_FOUND,
 * which optional mounts and git contexts accept. With any other code they would fail
 * ({@code session/secrets/secrets.go}).
 */
final class SecretsService extends SecretsGrpc.SecretsImplBase {
    private final Secrets secrets;

    SecretsService(Secrets secrets) {
        this.secrets = secrets;
    }

    @Override
    public void getSecret(GetSecretRequest request, StreamObserver<GetSecretResponse> answer) {
        String id = request.getID();
        CallAnswers.answer(answer, () -> {
            byte[] secret = secrets.find(id).orElseThrow(() -> Status.NOT_FOUND
                    .withDescription("secret " + id + " was not provided to this build")
                    .asRuntimeException());
            if (secret.length > Secrets.MAX_BYTES) {
                throw Status.INVALID_ARGUMENT
                        .withDescription("secret " + id + " has " + secret.length + " bytes; a build can be given"
                                + " secrets of at most " + Secrets.MAX_BYTES)
                        .asRuntimeException();
            }
            return GetSecretResponse.newBuilder()
                    .setData(ByteString.copyFrom(secret))
                    .build();
        });
    }
}
