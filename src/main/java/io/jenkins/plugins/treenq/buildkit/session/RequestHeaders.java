// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.session;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/**
 * Makes the headers of a call available to the service's method. The parameters of some calls are in the headers only.
 */
final class RequestHeaders implements ServerInterceptor {
    private static final Context.Key<Metadata> CURRENT = Context.key("headers");

    /** Returns the first value of a header of the current call, as in Go; empty if the header is missing. */
    static String get(Metadata.Key<String> name) {
        // Metadata.get() would return the last value.
        Iterable<String> values = CURRENT.get().getAll(name);
        return values == null ? "" : values.iterator().next();
    }

    static Metadata.Key<String> name(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
            ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
        return Contexts.interceptCall(Context.current().withValue(CURRENT, headers), call, headers, next);
    }
}
