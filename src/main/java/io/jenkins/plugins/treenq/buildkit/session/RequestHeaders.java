// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.session;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/** Keeps a call's headers for the method that answers it: some calls say only there what they are about. */
final class RequestHeaders implements ServerInterceptor {
    private static final Context.Key<Metadata> CURRENT = Context.key("headers");

    /** A header's first value in the call that is being answered; empty for none. */
    static String get(Metadata.Key<String> name) {
        String value = CURRENT.get().get(name);
        return value == null ? "" : value;
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
