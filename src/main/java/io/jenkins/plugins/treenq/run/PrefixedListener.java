// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import hudson.console.LineTransformationOutputStream;
import hudson.model.TaskListener;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/**
 * A listener that begins each line with the same prefix. The listener can be sent to an agent if the listener that it
 * wraps can.
 */
final class PrefixedListener implements TaskListener {
    private static final long serialVersionUID = 1;

    private final TaskListener listener;
    private final String prefix;
    private transient PrintStream log;

    PrefixedListener(TaskListener listener, String prefix) {
        this.listener = listener;
        this.prefix = prefix;
    }

    @Override
    public Charset getCharset() {
        return listener.getCharset();
    }

    @Override
    public synchronized PrintStream getLogger() {
        if (log == null) {
            log = new PrintStream(new Lines(prefix, listener.getLogger()), false, StandardCharsets.UTF_8);
        }
        return log;
    }

    private static final class Lines extends LineTransformationOutputStream {
        private final byte[] prefix;
        private final OutputStream log;

        Lines(String prefix, OutputStream log) {
            this.prefix = prefix.getBytes(StandardCharsets.UTF_8);
            this.log = log;
        }

        @Override
        protected void eol(byte[] line, int length) throws IOException {
            byte[] whole = new byte[prefix.length + length];
            System.arraycopy(prefix, 0, whole, 0, prefix.length);
            System.arraycopy(line, 0, whole, prefix.length, length);
            // The line is written in one call, so that the lines of several builds do not mix.
            log.write(whole);
        }

        @Override
        public void flush() throws IOException {
            log.flush();
        }
    }
}
