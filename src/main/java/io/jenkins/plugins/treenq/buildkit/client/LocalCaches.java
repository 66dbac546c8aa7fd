// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.CacheEntry;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.content.LayoutCleaning;
import io.jenkins.plugins.treenq.buildkit.content.LayoutIndex;
import io.jenkins.plugins.treenq.buildkit.files.FileErrors;
import io.jenkins.plugins.treenq.buildkit.files.RootedPath;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Local caches, which are folders on the client's machine ({@code client/solve.go}, parseCacheOptions). The daemon
 * identifies a local cache by a store ID and its content by digest. The client resolves tags before a build and sets
 * them after it.
 */
final class LocalCaches {
    private static final Logger LOGGER = Logger.getLogger(LocalCaches.class.getName());
    private static final String LOCAL = "local";
    private static final String DEFAULT_TAG = "latest";

    private final Map<String, RootedPath> folders = new HashMap<>();
    private final Map<String, Written> written = new LinkedHashMap<>();
    private final List<CacheEntry> imports = new ArrayList<>();
    private final List<CacheEntry> exports = new ArrayList<>();

    private record Written(RootedPath folder, String tag, boolean cleaned) {}

    private final Map<String, Path> layouts;
    private final Path boundary;

    private LocalCaches(Map<String, Path> layouts, Path boundary) {
        this.layouts = layouts;
        this.boundary = boundary;
    }

    /**
     * Prepares the cache importers and exporters of a build, and resolves the tags of local caches.
     *
     * @param layouts folders by {@code local:} and the value of {@code src} or {@code dest}
     * @param boundary boundary of the folders; see
     *     {@link io.jenkins.plugins.treenq.buildkit.session.SessionContent#boundary}
     * @param onSkipped receives the folder of a local cache that cannot be imported, and the reason
     * @throws BuildkitException.InvalidRequestException if an entry lacks an attribute or has an invalid one
     */
    static LocalCaches of(
            List<CacheEntry> imports,
            List<CacheEntry> exports,
            Map<String, Path> layouts,
            Path boundary,
            BiConsumer<String, String> onSkipped)
            throws BuildkitException.InvalidRequestException {
        LocalCaches caches = new LocalCaches(layouts, boundary);
        for (CacheEntry entry : exports) {
            requireRef(entry, "export");
            caches.exports.add(entry.type().equals(LOCAL) ? caches.export(entry) : entry);
        }
        for (CacheEntry entry : imports) {
            requireRef(entry, "import");
            if (entry.type().equals(LOCAL)) {
                caches.importFrom(entry, onSkipped).ifPresent(caches.imports::add);
            } else {
                caches.imports.add(entry);
            }
        }
        return caches;
    }

    /** Returns the cache importers as they are sent to the daemon. */
    List<CacheEntry> imports() {
        return imports;
    }

    /** Returns the cache exporters as they are sent to the daemon. */
    List<CacheEntry> exports() {
        return exports;
    }

    /** Returns the folders of the local caches by store ID. */
    Map<String, RootedPath> folders() {
        return folders;
    }

    /** Returns the store IDs of the local caches that the daemon writes. */
    Set<String> written() {
        return written.keySet();
    }

    /**
     * Sets the tags of the caches that the daemon has written.
     *
     * @param manifest descriptor of the cache's manifest, as JSON
     */
    void finish(String manifest) throws BuildkitException {
        for (Written cache : written.values()) {
            try {
                new LayoutIndex(cache.folder()).put(manifest, List.of(LayoutIndex.Name.ofTag(cache.tag())));
            } catch (IOException e) {
                throw new BuildkitException.OutputUnwritableException(
                        "the index of the cache in '" + cache.folder() + "' cannot be written: " + FileErrors.reason(e),
                        e);
            }
            if (cache.cleaned()) {
                try {
                    LayoutCleaning.clean(cache.folder());
                } catch (IOException e) {
                    LOGGER.log(Level.WARNING, e, () -> "old cache in " + cache.folder() + " cannot be removed");
                }
            }
        }
    }

    private CacheEntry export(CacheEntry entry) throws BuildkitException.InvalidRequestException {
        String id = storeId(entry, "dest");
        RootedPath folder = folder(entry, "dest");
        boolean cleaned = GoBooleans.parse(entry.attributes().getOrDefault("reset", "false"))
                .orElseThrow(() -> new BuildkitException.InvalidRequestException(
                        "'" + entry.attributes().get("reset") + "' is not a value for reset; write true or false"));
        String tag = entry.attributes().getOrDefault("tag", DEFAULT_TAG);
        if (written.put(id, new Written(folder, tag, cleaned)) != null) {
            throw new BuildkitException.InvalidRequestException(
                    "cache is exported to '" + entry.attributes().get("dest") + "' twice");
        }
        folders.put(id, folder);
        return withAttribute(entry, "dest", id.substring(LOCAL.length() + 1));
    }

    private Optional<CacheEntry> importFrom(CacheEntry entry, BiConsumer<String, String> onSkipped)
            throws BuildkitException.InvalidRequestException {
        String id = storeId(entry, "src");
        RootedPath folder = folder(entry, "src");
        try {
            Digest digest = digest(entry, folder);
            if (new LayoutIndex(folder).hasBlob(digest)) {
                folders.put(id, folder);
                return Optional.of(withAttribute(
                        withAttribute(entry, "digest", digest.value()), "src", id.substring(LOCAL.length() + 1)));
            }
            onSkipped.accept(entry.attributes().get("src"), "it has no " + digest);
        } catch (NoSuchFileException e) {
            onSkipped.accept(entry.attributes().get("src"), "it does not exist yet");
        } catch (IOException e) {
            onSkipped.accept(entry.attributes().get("src"), FileErrors.reason(e));
        }
        return Optional.empty();
    }

    private static Digest digest(CacheEntry entry, RootedPath folder)
            throws IOException, BuildkitException.InvalidRequestException {
        String digest = entry.attributes().getOrDefault("digest", "");
        if (!digest.isEmpty()) {
            try {
                return new Digest(digest);
            } catch (IllegalArgumentException e) {
                throw new BuildkitException.InvalidRequestException("'" + digest + "' is not the digest of a cache", e);
            }
        }
        String tag = entry.attributes().getOrDefault("tag", DEFAULT_TAG);
        if (tag.isEmpty()) {
            throw new BuildkitException.InvalidRequestException("importing a local cache requires a tag or a digest");
        }
        return new LayoutIndex(folder)
                .find(tag)
                .orElseThrow(() -> new IOException("its index has no tag '" + tag + "'"));
    }

    private RootedPath folder(CacheEntry entry, String key) throws BuildkitException.InvalidRequestException {
        String name = LOCAL + ":" + entry.attributes().get(key);
        Path folder = layouts.get(name);
        if (folder == null) {
            throw new BuildkitException.InvalidRequestException("there is no folder for the cache " + name);
        }
        return new RootedPath(folder, boundary);
    }

    /**
     * Returns the store ID of a local cache. Characters outside of ASCII are escaped, because the ID is sent as a
     * header.
     */
    private static String storeId(CacheEntry entry, String key) throws BuildkitException.InvalidRequestException {
        String name = entry.attributes().getOrDefault(key, "");
        if (name.isEmpty()) {
            throw new BuildkitException.InvalidRequestException("local cache needs " + key + "=FOLDER");
        }
        StringBuilder id = new StringBuilder(LOCAL).append(':');
        name.chars().forEach(c -> {
            if (c > ' ' && c < 0x7f) {
                id.append((char) c);
            } else {
                id.append('%').append(String.format("%04x", c));
            }
        });
        return id.toString();
    }

    private static void requireRef(CacheEntry entry, String what) throws BuildkitException.InvalidRequestException {
        if (entry.type().equals("registry")
                && entry.attributes().getOrDefault("ref", "").isEmpty()) {
            throw new BuildkitException.InvalidRequestException("registry cache needs ref=IMAGE to " + what);
        }
    }

    private static CacheEntry withAttribute(CacheEntry entry, String key, String value) {
        Map<String, String> attributes = new HashMap<>(entry.attributes());
        attributes.put(key, value);
        return new CacheEntry(entry.type(), attributes);
    }
}
