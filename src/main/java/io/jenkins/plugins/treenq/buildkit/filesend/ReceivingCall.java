// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesend;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One call of the daemon. The call passes its messages to a receiver, in order, on an executor. A few messages are
 * requested in advance, so that the network is not idle while a disk is written to; no more than these wait in memory.
 */
final class ReceivingCall extends ServerCall.Listener<byte[]> implements Runnable {
    /**
     * The number of messages that are requested in advance. BuildKit's messages have 32 KiB;
     * {@link FileSendService#LARGEST_BYTES} is the limit.
     */
    private static final int AHEAD = 8;

    /** The number of messages after which a call lets other tasks of the executor run. */
    private static final int TURN = 64;

    private static final String FAILED = "the client failed to receive a result";

    private final ServerCall<byte[], byte[]> call;
    private final Executor executor;
    private final Consumer<Throwable> onFailure;
    private final MessageReceiver recipient;

    // The fields below are guarded by this object's lock.
    private final Deque<byte[]> waiting = new ArrayDeque<>(AHEAD);
    private boolean halfClosed;
    private boolean abandoned;
    private boolean running;
    private boolean over;

    /** Whether the receiver was opened. Accessed only by run(), which one thread at a time executes. */
    private boolean opened;

    /** The number of processed messages that have not been replaced by new requests yet. */
    private int taken;

    ReceivingCall(
            ServerCall<byte[], byte[]> call,
            Executor executor,
            MessageReceiver recipient,
            Consumer<Throwable> onFailure) {
        this.call = call;
        this.executor = executor;
        this.recipient = recipient;
        this.onFailure = onFailure;
    }

    void start() {
        call.sendHeaders(new Metadata());
        call.request(AHEAD);
        schedule();
    }

    @Override
    public void onMessage(byte[] message) {
        synchronized (this) {
            waiting.add(message);
        }
        schedule();
    }

    @Override
    public void onHalfClose() {
        synchronized (this) {
            halfClosed = true;
        }
        schedule();
    }

    @Override
    public void onCancel() {
        abandon();
    }

    /** Ends the call without processing further messages. Data that was written is kept. */
    void abandon() {
        synchronized (this) {
            abandoned = true;
        }
        schedule();
    }

    boolean isComplete() {
        return recipient.isComplete();
    }

    /** Waits until the call has ended and nothing is written any more. Returns false after the timeout. */
    synchronized boolean awaitEnd(long nanos) throws InterruptedException {
        long deadline = System.nanoTime() + nanos;
        for (long left = nanos; !over && left > 0; left = deadline - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return over;
    }

    private void schedule() {
        synchronized (this) {
            if (running || over) {
                return;
            }
            running = true;
        }
        execute();
    }

    private void execute() {
        try {
            executor.execute(this);
        } catch (RejectedExecutionException e) {
            end(null, null);
        }
    }

    @Override
    public void run() {
        try {
            for (int i = 0; i < TURN; i++) {
                if (!step()) {
                    return;
                }
            }
        } catch (BuildkitException e) {
            onFailure.accept(e);
            answer(e.getMessage(), Status.FAILED_PRECONDITION);
            return;
        } catch (RuntimeException | Error e) {
            onFailure.accept(e);
            answer(FAILED, Status.INTERNAL);
            return;
        }
        execute();
    }

    /** Processes one message or the end of the call. Returns false if there is nothing more to do for now, or ever. */
    private boolean step() throws BuildkitException {
        byte[] message;
        boolean last;
        synchronized (this) {
            message = abandoned ? null : waiting.poll();
            // The end is determined here, because messages and the end can arrive while the receiver is opened below.
            last = message == null && halfClosed;
            if (message == null && opened && !abandoned && !last) {
                running = false;
                return false;
            }
        }
        if (abandoned()) {
            end(null, null);
            return false;
        }
        if (!opened) {
            opened = true;
            recipient.open();
        }
        if (message == FileSendService.TOO_LARGE) {
            throw ReceiveErrors.refused(
                    "it contains a message of more than " + FileSendService.LARGEST_BYTES + " bytes");
        }
        if (message != null) {
            MessageReceiver.After after = recipient.take(message);
            if (after == MessageReceiver.After.MORE) {
                taken++;
                // Each request wakes up an I/O thread, so that several messages are requested at once.
                if (taken == AHEAD / 2) {
                    call.request(taken);
                    taken = 0;
                }
                return true;
            }
            Status status = after == MessageReceiver.After.COMPLETE
                    ? Status.OK
                    : Status.ABORTED.withDescription("the daemon canceled the transfer");
            end(null, status);
            return false;
        }
        if (last) {
            recipient.end();
            end(null, Status.OK);
            return false;
        }
        return true;
    }

    private synchronized boolean abandoned() {
        return abandoned;
    }

    private void answer(String reason, Status status) {
        byte[] abortMessage = null;
        try {
            abortMessage = recipient.abortMessage(reason);
        } catch (RuntimeException | Error e) {
            onFailure.accept(e);
        }
        end(abortMessage, status.withDescription(reason));
    }

    /**
     * Ends the call. The call counts as ended only after the daemon has been sent the status, because the thread that
     * waits in {@link #awaitEnd} may close the connection.
     *
     * @param abortMessage a last message to the daemon, or null for none
     * @param status the status of the call, or null if the daemon does not wait for one any more
     */
    private void end(byte[] abortMessage, Status status) {
        Status answer = status;
        try {
            recipient.close();
        } catch (RuntimeException | Error e) {
            onFailure.accept(e);
            answer = status == null ? null : Status.INTERNAL.withDescription(FAILED);
        }
        try {
            if (abortMessage != null) {
                call.sendMessage(abortMessage);
            }
            if (answer != null) {
                call.close(answer, new Metadata());
            }
        } finally {
            synchronized (this) {
                over = true;
                running = false;
                waiting.clear();
                notifyAll();
            }
        }
    }
}
