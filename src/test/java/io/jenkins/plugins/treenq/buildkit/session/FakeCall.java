// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.session;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The daemon's side of one call, which accepts responses only when the test allows it. */
final class FakeCall<T> extends ServerCallStreamObserver<T> {
    final List<T> answers = new ArrayList<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private int requested;
    private boolean ready = true;
    private boolean cancelled;
    private Status status;
    private Runnable onReady = () -> {};
    private Runnable onCancel = () -> {};

    synchronized int requested() {
        return requested;
    }

    void setReady(boolean value) {
        synchronized (this) {
            ready = value;
        }
        if (value) {
            onReady.run();
        }
    }

    void cancel() {
        synchronized (this) {
            cancelled = true;
        }
        onCancel.run();
    }

    /** Waits for the end of the call, and returns its status. */
    Status awaitEnd() throws InterruptedException {
        if (!ended.await(2, TimeUnit.MINUTES)) {
            throw new AssertionError("the call did not end");
        }
        return status;
    }

    boolean isOver() {
        return ended.getCount() == 0;
    }

    synchronized List<T> answers() {
        return List.copyOf(answers);
    }

    @Override
    public synchronized void onNext(T answer) {
        if (isOver()) {
            throw new AssertionError("a message was sent after the end of the call");
        }
        answers.add(answer);
        notifyAll();
    }

    @Override
    public void onError(Throwable failure) {
        end(Status.fromThrowable(failure));
    }

    @Override
    public void onCompleted() {
        end(Status.OK);
    }

    private synchronized void end(Status how) {
        if (isOver()) {
            throw new AssertionError("the call was ended twice");
        }
        status = how;
        ended.countDown();
    }

    @Override
    public synchronized boolean isReady() {
        return ready;
    }

    @Override
    public synchronized boolean isCancelled() {
        return cancelled;
    }

    @Override
    public synchronized void request(int count) {
        requested += count;
        notifyAll();
    }

    @Override
    public void setOnReadyHandler(Runnable handler) {
        onReady = handler;
    }

    @Override
    public void setOnCancelHandler(Runnable handler) {
        onCancel = handler;
    }

    @Override
    public void disableAutoInboundFlowControl() {}

    @Override
    public void disableAutoRequest() {}

    @Override
    public void setMessageCompression(boolean enable) {}

    @Override
    public void setCompression(String compression) {}
}
