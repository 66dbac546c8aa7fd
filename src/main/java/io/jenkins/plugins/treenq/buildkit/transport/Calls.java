// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.transport;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.threads.CancellableWork;
import io.jenkins.plugins.treenq.buildkit.threads.FutureOutcome;
import java.util.Iterator;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Supplier;

/** Waits for calls in such a way that an interrupt cancels the call in the daemon, too. */
public final class Calls {
    private Calls() {}

    /** Waits for the response of a call. An interrupt cancels the call. */
    public static <T> T answer(Future<T> call) throws InterruptedException {
        try {
            return FutureOutcome.get(call, StatusRuntimeException.class);
        } finally {
            call.cancel(true);
        }
    }

    /** Returns the response of a call as a future. Cancelling the future cancels the call in the daemon, too. */
    public static <T> CompletableFuture<T> later(ListenableFuture<T> call) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        call.addListener(
                () -> {
                    try {
                        answer.complete(Futures.getDone(call));
                    } catch (ExecutionException e) {
                        answer.completeExceptionally(e.getCause());
                    } catch (CancellationException e) {
                        answer.cancel(false);
                    }
                },
                MoreExecutors.directExecutor());
        answer.whenComplete((value, failure) -> call.cancel(true));
        return answer;
    }

    /** Receives the responses of a call. */
    public interface Taker<T> {
        void take(T answer) throws BuildkitException;
    }

    /**
     * Passes each response of a call to the taker on the calling thread. An exception of the taker cancels the call.
     */
    public static <T> void each(Supplier<Iterator<T>> call, Taker<? super T> taker)
            throws BuildkitException, InterruptedException {
        // The context is the only way to cancel a call of a blocking stub.
        Context.CancellableContext context = Context.current().withCancellation();
        Context before = context.attach();
        try (CancellableWork.Hook ignored = CancellableWork.onCancel(() -> context.cancel(null))) {
            for (Iterator<T> answers = call.get(); answers.hasNext(); ) {
                taker.take(answers.next());
            }
        } catch (StatusRuntimeException e) {
            CancellableWork.check();
            throw e;
        } finally {
            context.detach(before);
            context.cancel(new CancellationException());
        }
    }
}
