// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * The output of treenqctl, whose failures are reported. Java's print streams and writers ignore failures, so that a log
 * could be incomplete without an error.
 */
final class StandardOutput extends OutputStream {
    private final PrintStream stream;

    private StandardOutput(PrintStream stream) {
        this.stream = stream;
    }

    /** Returns a writer with the encoding UTF-8, as in buildctl, independently of the locale. */
    static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(
                new BufferedWriter(new OutputStreamWriter(new StandardOutput(stream), StandardCharsets.UTF_8)), true);
    }

    /** @throws UncheckedIOException if a part of the output could not be written */
    static void requireWritten(PrintWriter out, String what) {
        if (out.checkError()) {
            throw new UncheckedIOException(unwritten(what));
        }
    }

    static IOException unwritten(String what) {
        return new IOException(
                what + " cannot be written; check that its disk has space and that its reader still runs");
    }

    @Override
    public void write(int octet) throws IOException {
        stream.write(octet);
        check();
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        stream.write(bytes, offset, length);
        check();
    }

    @Override
    public void flush() throws IOException {
        check();
    }

    private void check() throws IOException {
        if (stream.checkError()) {
            throw unwritten("it");
        }
    }
}
