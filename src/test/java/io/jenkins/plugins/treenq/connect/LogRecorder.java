// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.connect;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** Records what a class writes to Jenkins' log. */
final class LogRecorder extends Handler implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;

    private final Logger logger;
    private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();

    private LogRecorder(Logger logger) {
        this.logger = logger;
        logger.addHandler(this);
    }

    static LogRecorder of(Class<?> writer) {
        return new LogRecorder(Logger.getLogger(writer.getName()));
    }

    /** Waits for a message. */
    String first(Predicate<String> wanted) throws InterruptedException {
        String message = messages.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        while (message != null && !wanted.test(message)) {
            message = messages.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
        if (message == null) {
            throw new AssertionError("the expected message was not logged in time");
        }
        return message;
    }

    @Override
    public void publish(LogRecord message) {
        messages.add(new SimpleFormatter().formatMessage(message));
    }

    @Override
    public void flush() {
        // Nothing is buffered.
    }

    @Override
    public void close() {
        logger.removeHandler(this);
    }
}
