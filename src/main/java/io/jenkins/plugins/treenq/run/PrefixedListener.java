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
 * A listener each of whose lines begins with the same text. It can be sent to an agent as the listener behind it can.
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
            // At once, so that lines of several builds do not mix.
            log.write(whole);
        }

        @Override
        public void flush() throws IOException {
            log.flush();
        }
    }
}
