// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.TypeConversionException;

/** The environment variables of a command as bytes, because a value may be invalid UTF-8. */
final class EnvironmentVariables {
    private final Map<String, String> texts;
    private final Map<String, byte[]> bytes = new HashMap<>();

    /**
     * @param texts the variables as Java decodes them
     * @param block {@code NAME=value} for each variable as bytes; empty if the system does not provide them
     */
    EnvironmentVariables(Map<String, String> texts, List<byte[]> block) {
        this.texts = texts;
        for (byte[] variable : block) {
            // In ISO 8859-1, each character is one byte, so the index of "=" in the text is its index in the bytes.
            String line = new String(variable, StandardCharsets.ISO_8859_1);
            int equals = line.indexOf('=');
            if (equals > 0) {
                String name = new String(variable, 0, equals, StandardCharsets.UTF_8);
                // As in C and Go, the first of two variables with the same name is used.
                bytes.putIfAbsent(name, line.substring(equals + 1).getBytes(StandardCharsets.ISO_8859_1));
            }
        }
    }

    /** Returns the variables of this process. */
    static EnvironmentVariables ofProcess() {
        return new EnvironmentVariables(
                System.getenv(), ProcessBlock.ENVIRONMENT.read().orElse(List.of()));
    }

    /** Returns the variables as Java decodes them. */
    Map<String, String> texts() {
        return texts;
    }

    boolean has(String name) {
        return bytes.containsKey(name) || texts.containsKey(name);
    }

    /** Returns the value of a variable, or empty if it is not set. */
    Optional<byte[]> bytes(String name) {
        if (bytes.containsKey(name)) {
            return Optional.of(bytes.get(name));
        }
        String text = texts.get(name);
        if (text != null && text.indexOf(ProcessBlock.UNREADABLE) >= 0) {
            throw new TypeConversionException(
                    "the variable " + name + " is not valid UTF-8 and cannot be read on this system; use a file");
        }
        return Optional.ofNullable(text).map(value -> value.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Returns the value of a variable as text, or empty if it is not set.
     *
     * @throws TypeConversionException if the value is not valid UTF-8
     */
    Optional<String> text(String name) {
        return bytes(name).map(value -> ProcessBlock.text(value)
                .orElseThrow(() -> new TypeConversionException("the variable " + name + " is not valid UTF-8")));
    }
}
