// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;

/** What a registry answered. */
final class RegistryResponse implements AutoCloseable {
    /** What is worth reading to the end for keeping the connection. */
    private static final int SHORT_BYTES = 64 * 1024;

    private final HttpResponse<ResponseBody> response;

    RegistryResponse(HttpResponse<ResponseBody> response) {
        this.response = response;
    }

    /** Who answered, after redirects. */
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
     * The whole content.
     *
     * @throws TooLong when it has more bytes than that
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
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            // It is of no interest any more.
        }
        body().close();
    }

    /** It is longer than what was asked for can be. */
    static final class TooLong extends Exception {
        private static final long serialVersionUID = 1;

        private TooLong(int mostBytes) {
            super("it is longer than " + mostBytes + " bytes");
        }
    }
}
