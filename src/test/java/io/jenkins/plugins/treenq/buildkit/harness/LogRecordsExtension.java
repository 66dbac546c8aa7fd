// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test class during which the project logged an exception that cannot be serialized, as gRPC's exceptions.
 * Jenkins fetches the log records of an agent as objects, so one such record makes the agent's log unreadable. JUnit
 * detects this extension automatically and applies it to every class.
 */
public final class LogRecordsExtension extends Handler implements BeforeAllCallback, AfterAllCallback {
    private static final String PROJECT = "io.jenkins.plugins.treenq";
    private static final Logger LOGGER = Logger.getLogger(PROJECT);

    private final Set<String> unserializable = ConcurrentHashMap.newKeySet();

    @Override
    public void beforeAll(ExtensionContext context) {
        setLevel(Level.ALL);
        LOGGER.setLevel(Level.ALL);
        LOGGER.addHandler(this);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        LOGGER.removeHandler(this);
        LOGGER.setLevel(null);
        Set<String> found = Set.copyOf(unserializable);
        unserializable.clear();
        assertEquals(Set.of(), found, "exceptions that were logged and cannot be serialized");
    }

    @Override
    public void publish(LogRecord record) {
        Throwable thrown = record.getThrown();
        if (thrown == null) {
            return;
        }
        try (ObjectOutputStream out = new ObjectOutputStream(OutputStream.nullOutputStream())) {
            out.writeObject(thrown);
        } catch (IOException e) {
            unserializable.add(record.getLoggerName() + ": " + thrown + " (" + e + ")");
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
}
