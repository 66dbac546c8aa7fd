// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import java.io.Serializable;
import java.util.Map;
import java.util.Objects;

/**
 * A result that is brought back as files.
 *
 * @param type exporter: {@code local}, {@code tar}, {@code oci} or {@code docker}
 * @param path of the file or folder, relative to where the job works
 * @param attributes the exporter's own keys, such as {@code compression}
 */
public record FileOutput(String type, String path, Map<String, String> attributes) implements Serializable {
    public FileOutput {
        Objects.requireNonNull(type);
        Objects.requireNonNull(path);
        attributes = Map.copyOf(attributes);
    }
}
