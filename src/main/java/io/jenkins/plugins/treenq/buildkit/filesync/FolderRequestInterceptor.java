// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.jenkins.plugins.treenq.buildkit.compression.GzippedMessages;
import java.util.stream.Stream;

/**
 * Makes the metadata of a call available to {@link FileSyncService}: the requested folder and patterns, and whether the
 * daemon decompresses messages.
 */
public final class FolderRequestInterceptor implements ServerInterceptor {
    /** Whether the daemon lists gzip among the encodings that it accepts. */
    static final Context.Key<Boolean> ACCEPTS_GZIP = Context.keyWithDefault("accepts-gzip", false);

    private static final Metadata.Key<String> ACCEPTED =
            Metadata.Key.of("grpc-accept-encoding", Metadata.ASCII_STRING_MARSHALLER);

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        FolderRequest request;
        try {
            request = FolderRequest.of(headers);
        } catch (IllegalArgumentException e) {
            call.close(Status.INVALID_ARGUMENT.withDescription(e.getMessage()), new Metadata());
            return new ServerCall.Listener<>() {};
        }
        Context context = Context.current().withValues(FolderRequest.KEY, request, ACCEPTS_GZIP, acceptsGzip(headers));
        return Contexts.interceptCall(context, call, headers, next);
    }

    private static boolean acceptsGzip(Metadata headers) {
        String accepted = headers.get(ACCEPTED);
        return accepted != null
                && Stream.of(accepted.split(",")).map(String::strip).anyMatch(GzippedMessages.ENCODING::equals);
    }
}
