// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import io.jenkins.plugins.treenq.buildkit.bake.TargetEntries;
import io.jenkins.plugins.treenq.buildkit.session.Secrets;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.TypeConversionException;

/**
 * Parses the option {@code --secret} ({@code cmd/buildctl/build/secret.go},
 * {@code session/secrets/secretsprovider/store.go}).
 *
 * <p>Files are read before the build, so that a missing file is reported immediately.
 */
final class SecretOptions {
    private static final Set<String> KEYS = Set.of("type", "id", "source", "src", "env");

    private SecretOptions() {}

    /** @param workingFolder the folder that the paths of files are relative to */
    static Secrets read(List<String> options, EnvironmentVariables environment, Path workingFolder) throws IOException {
        Map<String, byte[]> secrets = new HashMap<>();
        for (String option : options) {
            Map<String, String> values = KeyValues.parse(option);
            for (String key : values.keySet()) {
                if (!KEYS.contains(key)) {
                    throw new TypeConversionException("unexpected key '" + key + "' in '" + option + "'");
                }
            }
            String id = values.getOrDefault("id", "");
            if (id.isEmpty()) {
                throw new TypeConversionException("'" + option + "' has no id=…");
            }
            secrets.put(id, value(id, values, environment, workingFolder));
        }
        return of(secrets);
    }

    /**
     * Reads the secrets of a target of a bake file.
     *
     * @param workingFolder the folder that their paths are relative to
     */
    static Secrets of(List<TargetEntries.Secret> entries, EnvironmentVariables environment, Path workingFolder)
            throws IOException {
        Map<String, byte[]> secrets = new HashMap<>();
        for (TargetEntries.Secret entry : entries) {
            if (entry.id().isEmpty()) {
                throw new TypeConversionException("a secret of the target has no id");
            }
            Map<String, String> values = Map.of("src", entry.source(), "env", entry.environment());
            secrets.put(entry.id(), value(entry.id(), values, environment, workingFolder));
        }
        return of(secrets);
    }

    private static Secrets of(Map<String, byte[]> secrets) {
        return id -> Optional.ofNullable(secrets.get(id));
    }

    private static byte[] value(
            String id, Map<String, String> values, EnvironmentVariables environment, Path workingFolder)
            throws IOException {
        String type = values.getOrDefault("type", "");
        if (!Set.of("", "file", "env").contains(type)) {
            throw new TypeConversionException("unsupported secret type '" + type + "'");
        }
        String variable = values.getOrDefault("env", "");
        String file = values.getOrDefault("src", values.getOrDefault("source", ""));
        if (type.equals("env") && variable.isEmpty()) {
            variable = file;
            file = "";
        }
        if (variable.isEmpty() && file.isEmpty()) {
            variable = environment.has(id) ? id : "";
            file = variable.isEmpty() ? id : "";
        }
        if (!variable.isEmpty()) {
            // As with buildctl, a variable that is not set is an empty secret.
            return environment.bytes(variable).orElse(new byte[0]);
        }
        byte[] bytes = OptionFile.bytes(workingFolder.resolve(file));
        if (bytes.length > Secrets.MAX_BYTES) {
            throw new TypeConversionException("secret '" + id + "' has " + bytes.length + " bytes; at most "
                    + Secrets.MAX_BYTES + " can be given");
        }
        return bytes;
    }
}
