// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.session;

import io.grpc.stub.StreamObserver;
import io.jenkins.plugins.treenq.buildkit.wire.health.HealthCheckRequest;
import io.jenkins.plugins.treenq.buildkit.wire.health.HealthCheckResponse;
import io.jenkins.plugins.treenq.buildkit.wire.health.HealthGrpc;

/**
 * Answers the daemon's health checks. The daemon checks the health of a session every five seconds and ends a session
 * that does not answer ({@code session/grpc.go}).
 */
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
