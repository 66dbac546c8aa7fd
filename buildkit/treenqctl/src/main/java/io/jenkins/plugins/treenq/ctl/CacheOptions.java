// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.CacheEntry;
import io.jenkins.plugins.treenq.buildkit.client.GoBooleans;
import io.jenkins.plugins.treenq.buildkit.client.OutputPaths;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.TypeConversionException;

/**
 * The options {@code --import-cache} and {@code --export-cache} ({@code cmd/buildctl/build/importcache.go} and
 * {@code exportcache.go}).
 *
 * @param imports the cache importers
 * @param exports the cache exporters
 */
record CacheOptions(List<CacheEntry> imports, List<CacheEntry> exports) {
    static CacheOptions read(List<String> imports, List<String> exports, Map<String, String> environment) {
        return new CacheOptions(
                imports.stream()
                        .map(text -> entry("--import-cache", text, environment))
                        .toList(),
                exports.stream()
                        .map(text -> withMode(entry("--export-cache", text, environment)))
                        .toList());
    }

    /** Adds what the environment has about the caches of a target of a bake file. */
    static List<CacheEntry> completed(List<CacheEntry> entries, Map<String, String> environment) {
        return entries.stream()
                .map(entry -> {
                    Map<String, String> attributes = new LinkedHashMap<>(entry.attributes());
                    if (entry.type().equals("gha")) {
                        addGithub(attributes, environment);
                    }
                    return new CacheEntry(entry.type(), attributes);
                })
                .toList();
    }

    /** Returns the folders of local cache by the store IDs of the session. */
    Map<String, Path> folders() {
        Map<String, Path> folders = new HashMap<>();
        imports.forEach(entry -> addFolder(entry, "src", folders));
        exports.forEach(entry -> addFolder(entry, "dest", folders));
        return folders;
    }

    /** Adds the folders that local cache is imported from and exported to. */
    void addTo(OutputPaths places) throws BuildkitException.InvalidRequestException {
        for (CacheEntry entry : imports) {
            String folder = folder(entry, "src");
            if (!folder.isEmpty()) {
                places.addCacheImport(folder, Path.of(folder));
            }
        }
        for (CacheEntry entry : exports) {
            String folder = folder(entry, "dest");
            if (!folder.isEmpty()) {
                places.addCacheExport(folder, Path.of(folder));
            }
        }
    }

    private static void addFolder(CacheEntry entry, String key, Map<String, Path> folders) {
        String folder = folder(entry, key);
        if (!folder.isEmpty()) {
            folders.put("local:" + folder, Path.of(folder));
        }
    }

    /** Returns the folder of a local cache, or an empty string for other types. */
    private static String folder(CacheEntry entry, String key) {
        return entry.type().equals("local") ? entry.attributes().getOrDefault(key, "") : "";
    }

    private static CacheEntry withMode(CacheEntry entry) {
        Map<String, String> attributes = new HashMap<>(entry.attributes());
        attributes.putIfAbsent("mode", "min");
        return new CacheEntry(entry.type(), attributes);
    }

    private static CacheEntry entry(String option, String text, Map<String, String> environment) {
        if (!text.contains("type=")) {
            // BuildKit before v0.4 had this syntax, which buildctl still accepts.
            return new CacheEntry("registry", Map.of("ref", text));
        }
        Map<String, String> attributes = new LinkedHashMap<>(KeyValues.parse(text));
        String type = attributes.remove("type");
        if (type == null || type.isEmpty()) {
            throw new TypeConversionException(option + " '" + text + "' has no type=…");
        }
        if (type.equals("gha")) {
            addGithub(attributes, environment);
        }
        return new CacheEntry(type, attributes);
    }

    /**
     * Adds the attributes that a job of GitHub Actions has as environment variables
     * ({@code cmd/buildctl/build/util.go}).
     */
    private static void addGithub(Map<String, String> attributes, Map<String, String> environment) {
        String version = attributes.getOrDefault("version", "");
        String newer = environment.getOrDefault("ACTIONS_CACHE_SERVICE_V2", "");
        if (!attributes.containsKey("version") && GoBooleans.parse(newer).orElse(false)) {
            version = "2";
        }
        if (version.equals("2")) {
            fill(attributes, "url_v2", environment.get("ACTIONS_RESULTS_URL"));
        }
        fill(attributes, "url", environment.get("ACTIONS_CACHE_URL"));
        fill(attributes, "url", environment.get("ACTIONS_RESULTS_URL"));
        if (!attributes.containsKey("url") && !attributes.containsKey("url_v2")) {
            throw new TypeConversionException("cache of type gha needs url=… or $ACTIONS_CACHE_URL");
        }
        fill(attributes, "token", environment.get("ACTIONS_RUNTIME_TOKEN"));
        if (!attributes.containsKey("token")) {
            throw new TypeConversionException("cache of type gha needs token=… or $ACTIONS_RUNTIME_TOKEN");
        }
    }

    private static void fill(Map<String, String> attributes, String key, String value) {
        if (value != null) {
            attributes.putIfAbsent(key, value);
        }
    }
}
