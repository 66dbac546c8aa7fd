// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import java.io.Serializable;
import java.util.Map;
import java.util.Objects;

/**
 * A result of a build that the daemon sends to the client as files.
 *
 * @param type exporter: {@code local}, {@code tar}, {@code oci} or {@code docker}
 * @param path path of the file or folder, relative to the job's folder
 * @param attributes attributes of the exporter, such as {@code compression}
 */
public record FileOutput(String type, String path, Map<String, String> attributes) implements Serializable {
    public FileOutput {
        Objects.requireNonNull(type);
        Objects.requireNonNull(path);
        attributes = Map.copyOf(attributes);
    }
}
