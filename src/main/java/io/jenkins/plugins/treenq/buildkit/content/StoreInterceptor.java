// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.content;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/**
 * Makes the store ID in the metadata of a call available to {@link ContentService}
 * ({@code session/content/attachable.go}).
 */
final class StoreInterceptor implements ServerInterceptor {
    static final Context.Key<String> STORE_ID = Context.key("content-store-id");

    private static final Metadata.Key<String> HEADER =
            Metadata.Key.of("buildkit-attachable-store-id", Metadata.ASCII_STRING_MARSHALLER);

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        // The first value is used, as in Go. Metadata.get() would return the last one.
        Iterable<String> ids = headers.getAll(HEADER);
        String id = ids == null ? null : ids.iterator().next();
        return Contexts.interceptCall(Context.current().withValue(STORE_ID, id), call, headers, next);
    }
}
