// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.compression;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.Compressor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

class GzipCompressorTest {
    private static byte[] text(int bytes) {
        return "a line of text, and another one\n"
                .repeat(bytes / 32 + 1)
                .substring(0, bytes)
                .getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] expanded(byte[] gzip) throws Exception {
        return new GZIPInputStream(new ByteArrayInputStream(gzip)).readAllBytes();
    }

    @Test
    void everyMessageExpandsToItself() throws Exception {
        for (int bytes : new int[] {100, 1_000, 32_768, 1_000_000}) {
            byte[] message = text(bytes);
            byte[] compressed = GzipCompressor.compress(message).orElseThrow();
            assertTrue(compressed.length < bytes);
            assertArrayEquals(message, expanded(compressed));
        }
    }

    @Test
    void messagesThatDoNotBecomeSmallerAreNotCompressed() {
        byte[] random = new byte[32_768];
        new Random(1).nextBytes(random);
        assertEquals(Optional.empty(), GzipCompressor.compress(random));
        for (int bytes = 0; bytes < 20; bytes++) {
            assertEquals(Optional.empty(), GzipCompressor.compress(text(bytes)));
        }
        // The deflater is reused and contains nothing of the previous message.
        assertTrue(GzipCompressor.compress(text(1_000)).isPresent());
    }

    @Test
    void messagesThatAreCompressedAtTheSameTimeDoNotMix() {
        IntStream.range(0, 2_000).parallel().forEach(i -> {
            byte[] message = (i + " ").repeat(2_000).getBytes(StandardCharsets.UTF_8);
            GzipCompressor.compress(message).ifPresent(compressed -> {
                try {
                    assertArrayEquals(message, expanded(compressed));
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
        });
    }

    @Test
    void theCodecPassesOnCompressedMessagesAndCompressesOthers() throws Exception {
        Compressor codec = GzippedMessages.registry().lookupCompressor(GzippedMessages.ENCODING);
        byte[] message = text(1_000);
        byte[] compressed = GzipCompressor.compress(message).orElseThrow();
        ByteArrayOutputStream passed = new ByteArrayOutputStream();
        try (OutputStream target = codec.compress(passed)) {
            GzippedMessages.write(message, compressed, target);
        }
        assertArrayEquals(compressed, passed.toByteArray());
        ByteArrayOutputStream made = new ByteArrayOutputStream();
        try (OutputStream target = codec.compress(made)) {
            target.write(message);
        }
        assertArrayEquals(message, expanded(made.toByteArray()));
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        GzippedMessages.write(message, compressed, plain);
        assertArrayEquals(message, plain.toByteArray());
    }

    @Test
    void theLogHasTheSizesBeforeAndAfterCompression() {
        SentBytes bytes = new SentBytes();
        bytes.add(900, 900);
        assertEquals("sent 0.9 kB", bytes.toString());
        bytes.add(60_099_100, 12_299_100);
        assertEquals("sent 12.3 MB (60.1 MB before compression)", bytes.toString());
    }
}
