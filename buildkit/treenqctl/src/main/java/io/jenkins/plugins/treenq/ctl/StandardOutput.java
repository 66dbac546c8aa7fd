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
 * What treenqctl prints. Java's streams and writers for people keep their failures to themselves, but whoever asks for
 * a log shall not take a part of it for all.
 */
final class StandardOutput extends OutputStream {
    private final PrintStream stream;

    private StandardOutput(PrintStream stream) {
        this.stream = stream;
    }

    /** In UTF-8 as buildctl writes, whatever the system's character set. */
    static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(
                new BufferedWriter(new OutputStreamWriter(new StandardOutput(stream), StandardCharsets.UTF_8)), true);
    }

    /** @throws UncheckedIOException when something of what was printed could not be written */
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
