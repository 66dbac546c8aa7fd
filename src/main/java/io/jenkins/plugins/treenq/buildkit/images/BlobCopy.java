// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import java.io.IOException;
import java.util.Optional;

/**
 * Copies a blob to another repository in the cheapest way: the blob may be there already, the registry may mount it
 * from another of its repositories, or this client transfers its bytes. A small blob, such as an image's configuration,
 * is held in memory; a larger one is streamed.
 */
final class BlobCopy {
    private static final int SMALL_BYTES = 1 << 20;

    private final PullRepository source;
    private final PushRepository target;

    BlobCopy(PullRepository source, PushRepository target) {
        this.source = source;
        this.target = target;
    }

    void copy(Descriptor blob) throws BuildkitException, InterruptedException {
        String upload = "";
        if (source.isBeside(target.place())) {
            Optional<String> started = target.mount(blob, source);
            if (started.isEmpty()) {
                return;
            }
            upload = started.get();
        }
        if (target.place().has(blob)) {
            if (!upload.isEmpty()) {
                target.abandon(upload);
            }
            return;
        }
        upload = upload.isEmpty() ? target.upload() : upload;
        if (blob.sizeBytes() <= SMALL_BYTES) {
            target.put(blob, source.blob(blob), upload);
        } else {
            stream(blob, upload);
        }
    }

    private void stream(Descriptor blob, String started) throws BuildkitException, InterruptedException {
        String upload = started;
        long receivedBytes = 0;
        RetryPolicy retries = target.place().host().transferRetryPolicy();
        while (!send(blob, upload, receivedBytes, retries)) {
            retries.pause();
            Optional<PushRepository.Upload> progress = target.progress(upload);
            if (progress.isPresent() && progress.get().receivedBytes() < blob.sizeBytes()) {
                upload = progress.get().location();
                receivedBytes = progress.get().receivedBytes();
            } else if (target.place().has(blob)) {
                return;
            } else {
                upload = target.upload();
                receivedBytes = 0;
            }
        }
    }

    /**
     * Sends the rest of the blob. Returns whether the upload is complete. After a broken upload, the bytes that the
     * registry has already received are read again, because the digest covers every byte.
     */
    private boolean send(Descriptor blob, String upload, long receivedBytes, RetryPolicy retries)
            throws BuildkitException, InterruptedException {
        boolean last = !retries.again();
        try (BlobStream stream = new BlobStream(source, blob)) {
            try {
                stream.skipNBytes(receivedBytes);
                return target.put(blob, stream, upload, last);
            } catch (IOException e) {
                stream.throwFailure();
                if (last) {
                    throw target.place().failure(e);
                }
                return false;
            }
        }
    }
}
