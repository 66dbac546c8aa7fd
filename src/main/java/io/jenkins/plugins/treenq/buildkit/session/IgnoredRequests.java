// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.session;

import io.grpc.stub.StreamObserver;

/** Ignores the remaining requests of a call that has already been answered. */
final class IgnoredRequests<T> implements StreamObserver<T> {
    @Override
    public void onNext(T message) {
        // The call has been answered.
    }

    @Override
    public void onError(Throwable failure) {
        // The call has ended on both sides.
    }

    @Override
    public void onCompleted() {
        // The call has ended on both sides.
    }
}
