// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.compression;

import io.grpc.Codec;
import io.grpc.Compressor;
import io.grpc.CompressorRegistry;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * The codec that passes messages on that were compressed before they were handed to gRPC, which compresses messages on
 * the thread that sends them and cannot send a message uncompressed that turns out not to compress.
 */
public final class GzippedMessages {
    /** The name of the encoding in the header {@code grpc-accept-encoding}. */
    public static final String ENCODING = "gzip";

    private static final CompressorRegistry REGISTRY = CompressorRegistry.newEmptyInstance();

    static {
        REGISTRY.register(Codec.Identity.NONE);
        REGISTRY.register(new Passing());
    }

    private GzippedMessages() {}

    /** Returns the registry for a server whose messages may have been compressed already. */
    public static CompressorRegistry registry() {
        return REGISTRY;
    }

    /**
     * Writes a message to the stream that gRPC offers for it: compressed if the stream goes to this codec, otherwise as
     * it is.
     */
    public static void write(byte[] message, byte[] compressed, OutputStream target) throws IOException {
        if (compressed != null && target instanceof Passage passage) {
            passage.pass(compressed);
        } else {
            target.write(message);
        }
    }

    private static final class Passing implements Compressor {
        private final Compressor gzip = new Codec.Gzip();

        @Override
        public String getMessageEncoding() {
            return ENCODING;
        }

        @Override
        public OutputStream compress(OutputStream target) {
            return new Passage(target, gzip);
        }
    }

    /** Compresses what is written, except for a message that is compressed already. */
    private static final class Passage extends FilterOutputStream {
        private final Compressor gzip;
        private boolean begun;

        Passage(OutputStream target, Compressor gzip) {
            super(target);
            this.gzip = gzip;
        }

        void pass(byte[] compressed) throws IOException {
            begun = true;
            out.write(compressed);
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            begin();
            out.write(bytes, offset, length);
        }

        @Override
        public void close() throws IOException {
            begin();
            super.close();
        }

        private void begin() throws IOException {
            if (!begun) {
                begun = true;
                out = gzip.compress(out);
            }
        }
    }
}
