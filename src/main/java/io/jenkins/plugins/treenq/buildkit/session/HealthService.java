// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.session;

import io.grpc.stub.StreamObserver;
import io.jenkins.plugins.treenq.buildkit.wire.health.HealthCheckRequest;
import io.jenkins.plugins.treenq.buildkit.wire.health.HealthCheckResponse;
import io.jenkins.plugins.treenq.buildkit.wire.health.HealthGrpc;

/** Tells the daemon every five seconds that the session lives ({@code session/grpc.go}). */
final class HealthService extends HealthGrpc.HealthImplBase {
    private static final HealthCheckResponse SERVING = HealthCheckResponse.newBuilder()
            .setStatus(HealthCheckResponse.ServingStatus.SERVING)
            .build();

    @Override
    public void check(HealthCheckRequest request, StreamObserver<HealthCheckResponse> answer) {
        answer.onNext(SERVING);
        answer.onCompleted();
    }
}
