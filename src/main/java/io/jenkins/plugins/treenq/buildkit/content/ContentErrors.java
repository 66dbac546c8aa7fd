// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.content;

import io.grpc.Status;
import io.grpc.StatusException;
import io.jenkins.plugins.treenq.buildkit.Digest;

/**
 * Creates the errors that the daemon receives, with the status codes that it expects ({@code errdefs} of containerd).
 */
final class ContentErrors {
    private ContentErrors() {}

    static StatusException unknownBlob(Digest digest) {
        return Status.NOT_FOUND
                .withDescription("content " + digest + ": not found")
                .asException();
    }

    static StatusException unknownWrite(String ref) {
        return Status.NOT_FOUND
                .withDescription("no write with the ref '" + ref + "' is in progress")
                .asException();
    }

    static StatusException exists(Digest digest) {
        return Status.ALREADY_EXISTS
                .withDescription("content " + digest + ": already exists")
                .asException();
    }

    static StatusException locked(String ref) {
        return Status.UNAVAILABLE
                .withDescription("a write with the ref '" + ref + "' is already in progress")
                .asException();
    }

    static StatusException readOnly() {
        return Status.PERMISSION_DENIED
                .withDescription("this store is read only")
                .asException();
    }

    static StatusException invalid(String what) {
        return Status.INVALID_ARGUMENT.withDescription(what).asException();
    }

    static StatusException unfulfilled(String what) {
        return Status.FAILED_PRECONDITION.withDescription(what).asException();
    }

    static StatusException outOfRange(String what) {
        return Status.OUT_OF_RANGE.withDescription(what).asException();
    }

    /**
     * Parses a digest.
     *
     * @throws StatusException if the text is not a digest. As part of a path, such a text could refer to any file
     */
    static Digest digest(String text) throws StatusException {
        try {
            return new Digest(text);
        } catch (IllegalArgumentException e) {
            throw invalid("'" + text + "' is not a digest");
        }
    }
}
