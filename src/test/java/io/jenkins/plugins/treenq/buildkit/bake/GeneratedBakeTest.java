// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.bake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.jenkins.plugins.treenq.buildkit.hcl.HclException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bake files from a generator have the same JSON as with buildx v0.38, or an error in both. Needs a buildx binary:
 * {@code TREENQ_BUILDX=/path/to/buildx}. Other files: {@code -Dbake.seed=…}, {@code -Dbake.samples=…}.
 */
class GeneratedBakeTest {
    private static final long SEED = Long.getLong("bake.seed", 1);
    private static final int SAMPLES = Integer.getInteger("bake.samples", 60);

    @Test
    void generatedFilesAreEvaluatedOrRefused() {
        for (long seed = SEED; seed < SEED + 100; seed++) {
            ours(new BakeGenerator(seed).file());
        }
    }

    @Test
    void generatedFilesHaveTheSameJsonAsBuildx(@TempDir Path folder) throws IOException, InterruptedException {
        String buildx = System.getenv("TREENQ_BUILDX");
        assumeTrue(buildx != null, "TREENQ_BUILDX names no buildx");
        int printed = 0;
        for (long seed = SEED; seed < SEED + SAMPLES; seed++) {
            String file = new BakeGenerator(seed).file();
            Files.writeString(folder.resolve("docker-bake.hcl"), file);
            ProcessBuilder builder = new ProcessBuilder(buildx, "bake", "--print").directory(folder.toFile());
            builder.environment().keySet().retainAll(List.of("PATH"));
            builder.environment().put("HOME", folder.toString());
            Process process =
                    builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
            String expected =
                    new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            String ours = ours(file);
            if (process.waitFor() != 0) {
                assertTrue(ours.startsWith("error"), "seed " + seed + ": buildx has an error\n" + file + ours);
            } else {
                assertEquals(sorted(expected), sorted(ours), "seed " + seed + "\n" + file);
                printed++;
            }
        }
        assertTrue(printed > SAMPLES / 2, "most generated files must be valid");
    }

    private static String ours(String file) {
        try {
            return BakeTesting.print("docker-bake.hcl", file);
        } catch (HclException | BakeException e) {
            return "error: " + e.getMessage();
        }
    }

    /** The targets of a matrix with several axes are in no order in buildx' groups. */
    private static JsonElement sorted(String json) {
        assertTrue(json.startsWith("{"), json);
        JsonObject all = JsonParser.parseString(json).getAsJsonObject();
        for (Map.Entry<String, JsonElement> group : all.getAsJsonObject("group").entrySet()) {
            List<JsonElement> targets = new ArrayList<>();
            group.getValue().getAsJsonObject().getAsJsonArray("targets").forEach(targets::add);
            targets.sort(Comparator.comparing(JsonElement::getAsString));
            JsonArray array = new JsonArray();
            targets.forEach(array::add);
            group.getValue().getAsJsonObject().add("targets", array);
        }
        return all;
    }
}
