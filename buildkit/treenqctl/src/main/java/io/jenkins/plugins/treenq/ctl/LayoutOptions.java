// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.TypeConversionException;

/** Parses the option {@code --oci-layout NAME=FOLDER} ({@code cmd/buildctl/build/ocilayout.go}). */
final class LayoutOptions {
    private LayoutOptions() {}

    /** Returns the folders by the IDs of the stores that {@code oci-layout://NAME@…} is read from. */
    static Map<String, Path> read(List<String> texts) {
        Map<String, Path> layouts = new HashMap<>();
        for (String text : texts) {
            int equals = text.indexOf('=');
            if (equals < 0) {
                throw new TypeConversionException("--oci-layout takes NAME=FOLDER, not '" + text + "'");
            }
            layouts.put("oci:" + text.substring(0, equals), Path.of(text.substring(equals + 1)));
        }
        return layouts;
    }
}
