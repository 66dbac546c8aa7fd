// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.control;

import io.grpc.StatusRuntimeException;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.buildkit.transport.ConnectionFailures;

/** Converts the errors of management calls to messages of one line. */
final class ControlErrors {
    private ControlErrors() {}

    /** @param what name of the object for the message, if the daemon did not find it */
    static BuildkitException of(StatusRuntimeException failure, Endpoint endpoint, String what) {
        String daemon = endpoint.address().toString();
        return switch (failure.getStatus().getCode()) {
            case UNAVAILABLE, DEADLINE_EXCEEDED, UNIMPLEMENTED, CANCELLED ->
                ConnectionFailures.connecting(failure, endpoint);
            case NOT_FOUND -> new BuildkitException.InvalidRequestException(daemon + " has no " + what);
            case INTERNAL, DATA_LOSS, RESOURCE_EXHAUSTED ->
                new BuildkitException.DaemonFailedException(
                        daemon + " failed: " + ConnectionFailures.oneLine(failure.getStatus()), null);
            default ->
                new BuildkitException.InvalidRequestException(
                        daemon + " refuses: " + ConnectionFailures.oneLine(failure.getStatus()));
        };
    }
}
