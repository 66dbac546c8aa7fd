// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.control;

import io.grpc.StatusRuntimeException;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.buildkit.transport.Failures;

/** Says in one line why a daemon did not do what it was asked for. */
final class ControlErrors {
    private ControlErrors() {}

    /** @param what was not found, if it was that */
    static BuildkitException of(StatusRuntimeException failure, Endpoint endpoint, String what) {
        String daemon = endpoint.address().toString();
        return switch (failure.getStatus().getCode()) {
            case UNAVAILABLE, DEADLINE_EXCEEDED, UNIMPLEMENTED, CANCELLED -> Failures.connecting(failure, endpoint);
            case NOT_FOUND -> new BuildkitException.InvalidRequestException(daemon + " has no " + what);
            case INTERNAL, DATA_LOSS, RESOURCE_EXHAUSTED ->
                new BuildkitException.DaemonFailedException(
                        daemon + " failed: " + Failures.oneLine(failure.getStatus()), null);
            default ->
                new BuildkitException.InvalidRequestException(
                        daemon + " refuses: " + Failures.oneLine(failure.getStatus()));
        };
    }
}
