// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * The seeds by which the daemon recognizes the builds of the same user, in the file of buildctl
 * ({@code session/auth/authprovider/tokenseed.go}). Without a stored seed, each build requests its own tokens.
 */
final class TokenSeeds {
    private static final String FILE = ".token_seed";
    private static final String FIELD = "Seed";
    private static final int BYTES = 16;

    private final Path file;

    TokenSeeds(Path folder) {
        this.file = folder.resolve(FILE);
    }

    /** Returns the seed of a registry, which is created at its first use. */
    synchronized byte[] of(String host) {
        JsonObject seeds = read();
        try {
            byte[] seed = Base64.getDecoder()
                    .decode(seeds.getAsJsonObject(host).get(FIELD).getAsString());
            if (seed.length >= BYTES) {
                return seed;
            }
        } catch (RuntimeException e) {
            // There is no seed yet, or it is invalid.
        }
        byte[] seed = new byte[BYTES];
        new SecureRandom().nextBytes(seed);
        JsonObject entry = new JsonObject();
        entry.addProperty(FIELD, Base64.getEncoder().encodeToString(seed));
        seeds.add(host, entry);
        write(seeds);
        return seed;
    }

    private JsonObject read() {
        try {
            return JsonParser.parseString(OptionFile.text(file)).getAsJsonObject();
        } catch (IOException | JsonParseException | IllegalStateException e) {
            return new JsonObject();
        }
    }

    /** Writes the file. If it cannot be written, the tokens are not shared with later builds. */
    private void write(JsonObject seeds) {
        try {
            Files.createDirectories(file.getParent());
            // Only the owner can read files that createTempFile creates.
            Path temporary = Files.createTempFile(file.getParent(), FILE, "");
            Files.writeString(temporary, seeds.toString());
            Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            // A failure is ignored, as described above.
        }
    }
}
