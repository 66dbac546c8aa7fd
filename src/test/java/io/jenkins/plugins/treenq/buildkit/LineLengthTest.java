// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Verifies the length of lines, because the formatter breaks neither comments nor strings. */
class LineLengthTest {
    private static final Path ROOT = Files.isDirectory(Path.of("docs")) ? Path.of("") : Path.of("../..");
    private static final int LONGEST = 120;
    private static final Pattern COMMENT = Pattern.compile("\\s*(\\*|/\\*|//).*");

    @Test
    void linesHaveAtMost120Characters() throws IOException {
        List<String> tooLong = new ArrayList<>();
        for (String folder : List.of("src", "buildkit/treenqctl/src")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(folder))) {
                for (Path file :
                        files.filter(path -> path.toString().endsWith(".java")).toList()) {
                    boolean test = file.toString().replace('\\', '/').contains("src/test/");
                    List<String> lines = Files.readAllLines(file);
                    for (int i = 0; i < lines.size(); i++) {
                        String line = lines.get(i);
                        if (line.length() > LONGEST
                                && (!test || COMMENT.matcher(line).matches())) {
                            tooLong.add(file + ":" + (i + 1));
                        }
                    }
                }
            }
        }

        assertEquals(List.of(), tooLong);
    }
}
