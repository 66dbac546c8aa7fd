// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.control;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.DigestComputation;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.buildkit.files.FileErrors;
import io.jenkins.plugins.treenq.buildkit.transport.Calls;
import io.jenkins.plugins.treenq.buildkit.wire.content.ContentGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.content.ReadContentRequest;
import io.jenkins.plugins.treenq.buildkit.wire.content.ReadContentResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/** Reads the blobs that the daemon's history refers to, and verifies their digests. */
public final class HistoryBlobs {
    /** Maximum size of a blob that is read to memory, such as an attestation or an error. */
    private static final long LARGEST_TEXT_BYTES = 64L << 20;

    private final ManagedChannel channel;
    private final Endpoint endpoint;

    public HistoryBlobs(ManagedChannel channel, Endpoint endpoint) {
        this.channel = channel;
        this.endpoint = endpoint;
    }

    /** Copies a blob. If this method throws an exception, a part of the blob may have been written. */
    public void copy(Digest digest, OutputStream out) throws BuildkitException, InterruptedException, IOException {
        DigestComputation hash = new DigestComputation(digest.algorithm());
        ReadContentRequest request =
                ReadContentRequest.newBuilder().setDigest(digest.value()).build();
        try {
            Calls.each(() -> ContentGrpc.newBlockingStub(channel).read(request), piece -> write(piece, hash, out));
        } catch (StatusRuntimeException e) {
            throw ControlErrors.of(e, endpoint, "blob " + digest);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        if (!hash.digest().equals(digest)) {
            throw new BuildkitException.DaemonFailedException(
                    endpoint.address() + " sent content that does not match " + digest, null);
        }
    }

    /** Reads a blob of at most 64 MiB to memory. */
    byte[] read(Blob blob) throws BuildkitException, InterruptedException {
        return read(blob.digest(), LARGEST_TEXT_BYTES);
    }

    /**
     * Reads a blob to memory. A blob that is larger than the maximum causes an exception as soon as the daemon has sent
     * more than the maximum, regardless of the size that a descriptor claims.
     */
    public byte[] read(Digest digest, long mostBytes) throws BuildkitException, InterruptedException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            copy(digest, new OutputStream() {
                @Override
                public void write(int b) throws IOException {
                    write(new byte[] {(byte) b}, 0, 1);
                }

                @Override
                public void write(byte[] piece, int from, int count) throws IOException {
                    if (bytes.size() + count > mostBytes) {
                        throw new IOException("it is larger than " + mostBytes + " bytes");
                    }
                    bytes.write(piece, from, count);
                }
            });
        } catch (IOException e) {
            throw new BuildkitException.DaemonFailedException(
                    "blob " + digest + " of " + endpoint.address() + " cannot be read: " + FileErrors.reason(e), null);
        }
        return bytes.toByteArray();
    }

    private static void write(ReadContentResponse piece, DigestComputation hash, OutputStream out) {
        byte[] bytes = piece.getData().toByteArray();
        hash.update(bytes);
        try {
            out.write(bytes, 0, bytes.length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
