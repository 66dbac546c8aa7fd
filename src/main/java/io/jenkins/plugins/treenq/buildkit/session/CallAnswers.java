// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.session;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.registry.TokenRefusedException;
import io.jenkins.plugins.treenq.buildkit.threads.FutureOutcome;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Sends the response of a unary call, or the failure with a description for the daemon. gRPC alone would drop the
 * message of an exception.
 */
final class CallAnswers {
    private static final Logger LOGGER = Logger.getLogger(CallAnswers.class.getName());

    private CallAnswers() {}

    static <T> void answer(StreamObserver<T> to, Callable<T> work) {
        answerLater(to, nothing -> {}, () -> CompletableFuture.completedFuture(work.call()));
    }

    /** @param onFailure receives unexpected errors */
    static <T> void answerLater(
            StreamObserver<T> to, Consumer<Throwable> onFailure, Callable<CompletableFuture<T>> work) {
        CompletableFuture<T> answer;
        try {
            answer = work.call();
        } catch (Exception e) {
            to.onError(status(e));
            return;
        }
        answer.whenComplete((value, failure) -> {
            if (failure != null) {
                if (FutureOutcome.cause(failure) instanceof Error error) {
                    onFailure.accept(error);
                }
                to.onError(status(failure));
                return;
            }
            to.onNext(value);
            to.onCompleted();
        });
    }

    private static StatusRuntimeException status(Throwable failure) {
        Throwable cause = FutureOutcome.cause(failure);
        if (cause instanceof StatusRuntimeException known) {
            return known;
        }
        LOGGER.log(Level.FINE, cause, () -> "a request of the daemon cannot be answered");
        // The messages of other exceptions are not meant for the daemon and may contain secrets.
        boolean forTheDaemon = cause instanceof IllegalStateException
                || cause instanceof BuildkitException
                || cause instanceof TokenRefusedException;
        return Status.UNKNOWN
                .withDescription(forTheDaemon ? cause.getMessage() : "the client failed to answer the request")
                .asRuntimeException();
    }
}
