// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.io.Serializable;
import java.util.regex.Pattern;

/**
 * The platform of an image or worker, such as {@code linux/amd64}, {@code linux/arm/v7} or
 * {@code windows(10.0.17763)/amd64}, in the syntax of containerd ({@code platforms.go}).
 *
 * @param os operating system, with its version and features in brackets if they are given
 * @param architecture architecture of the CPU, as Go names it
 * @param variant variant of the CPU; empty if there is none
 */
public record Platform(String os, String architecture, String variant) implements Serializable {
    private static final Pattern OS =
            Pattern.compile("[A-Za-z0-9_-]+(?:\\([A-Za-z0-9_.%-]*(?:\\+[A-Za-z0-9_.%-]+)*\\))?");
    private static final Pattern PART = Pattern.compile("[A-Za-z0-9_.-]+");

    /** @throws IllegalArgumentException if the text is not a platform */
    public static Platform parse(String text) {
        String[] parts = text.split("/", -1);
        boolean valid =
                (parts.length == 2 || parts.length == 3) && OS.matcher(parts[0]).matches();
        for (int i = 1; i < parts.length; i++) {
            valid &= PART.matcher(parts[i]).matches();
        }
        if (!valid) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a platform; write it as os/architecture[/variant], such as linux/amd64");
        }
        return new Platform(parts[0], parts[1], parts.length == 3 ? parts[2] : "");
    }

    @Override
    public String toString() {
        return os + "/" + architecture + (variant.isEmpty() ? "" : "/" + variant);
    }
}
