// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.session;

import io.grpc.stub.StreamObserver;

/** Hears the rest of a call that is already answered. */
final class IgnoredRequests<T> implements StreamObserver<T> {
    @Override
    public void onNext(T message) {
        // Nobody waits for it any more.
    }

    @Override
    public void onError(Throwable failure) {
        // The daemon hung up; so had we.
    }

    @Override
    public void onCompleted() {
        // So had we.
    }
}
