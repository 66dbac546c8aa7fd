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

/** Answers the daemon once, and tells it in words what went wrong; gRPC alone would drop them. */
final class CallAnswers {
    private static final Logger LOGGER = Logger.getLogger(CallAnswers.class.getName());

    private CallAnswers() {}

    static <T> void answer(StreamObserver<T> to, Callable<T> work) {
        answerLater(to, nothing -> {}, () -> CompletableFuture.completedFuture(work.call()));
    }

    /** @param onFailure told of errors, which nobody expected */
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
        LOGGER.log(Level.FINE, cause, () -> "the daemon's question cannot be answered");
        // The words of any other exception are not meant for the daemon; they may even hold what is secret.
        boolean forTheDaemon = cause instanceof IllegalStateException
                || cause instanceof BuildkitException
                || cause instanceof TokenRefusedException;
        return Status.UNKNOWN
                .withDescription(forTheDaemon ? cause.getMessage() : "the client failed to answer")
                .asRuntimeException();
    }
}
