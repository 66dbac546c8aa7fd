// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import io.jenkins.plugins.treenq.buildkit.threads.CancellableWork;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;

/** The response of a registry. */
final class RegistryResponse implements AutoCloseable {
    /** The number of bytes that are read and discarded so that the connection can be reused. */
    private static final int SHORT_BYTES = 64 * 1024;

    private final HttpResponse<ResponseBody> response;

    RegistryResponse(HttpResponse<ResponseBody> response) {
        this.response = response;
    }

    /** Returns the address that responded, after redirects. */
    URI address() {
        return response.uri();
    }

    int status() {
        return response.statusCode();
    }

    Optional<String> header(String name) {
        return response.headers().firstValue(name);
    }

    List<String> headers(String name) {
        return response.headers().allValues(name);
    }

    ResponseBody body() {
        return response.body();
    }

    /**
     * Returns the whole content.
     *
     * @throws TooLong if the content exceeds the size
     */
    byte[] bytes(int mostBytes) throws IOException, TooLong {
        byte[] bytes = body().readNBytes(mostBytes + 1);
        if (bytes.length > mostBytes) {
            throw new TooLong(mostBytes);
        }
        return bytes;
    }

    @Override
    public void close() {
        try {
            body().readNBytes(SHORT_BYTES);
        } catch (InterruptedIOException e) {
            // The thread of cancelled work was not interrupted, and may load classes on its way out.
            if (!CancellableWork.isCancelled()) {
                Thread.currentThread().interrupt();
            }
        } catch (IOException e) {
            // The rest of the content is not needed.
        }
        body().close();
    }

    /** The content exceeds the maximum size. */
    static final class TooLong extends Exception {
        private static final long serialVersionUID = 1;

        private TooLong(int mostBytes) {
            super("it is longer than " + mostBytes + " bytes");
        }
    }
}
