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
 * Secrets by which the daemon knows that builds are the same user's, in buildctl's file
 * ({@code session/auth/authprovider/tokenseed.go}). Without one that lasts, every build gets its tokens anew.
 */
final class TokenSeeds {
    private static final String FILE = ".token_seed";
    private static final String FIELD = "Seed";
    private static final int BYTES = 16;

    private final Path file;

    TokenSeeds(Path folder) {
        this.file = folder.resolve(FILE);
    }

    /** The seed of a registry, made at the first time. */
    synchronized byte[] of(String host) {
        JsonObject seeds = read();
        try {
            byte[] seed = Base64.getDecoder()
                    .decode(seeds.getAsJsonObject(host).get(FIELD).getAsString());
            if (seed.length >= BYTES) {
                return seed;
            }
        } catch (RuntimeException e) {
            // There is none yet, or none that can be used.
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

    /** A folder that cannot be written to costs only the sharing. */
    private void write(JsonObject seeds) {
        try {
            Files.createDirectories(file.getParent());
            // Temporary files are the owner's alone.
            Path temporary = Files.createTempFile(file.getParent(), FILE, "");
            Files.writeString(temporary, seeds.toString());
            Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            // See above.
        }
    }
}
