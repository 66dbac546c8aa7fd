// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.files.FileErrors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The paths that one build writes to, and the local caches that it reads. No path may contain another one. The daemon
 * determines the content of a result, so that it could place a link on the way to the next result, or replace what
 * another result has written.
 */
public final class OutputPaths {
    private final List<Place> places = new ArrayList<>();

    private enum Use {
        OUTPUT,
        CACHE_EXPORT,
        CACHE_IMPORT
    }

    private record Place(Use use, String name, Path path) {
        @Override
        public String toString() {
            return (use == Use.OUTPUT ? "the output '" : "the local cache '") + name + "'";
        }

        /**
         * Several cache importers may read the same folder, and a cache exporter may write to a folder that is read.
         */
        private boolean mayBe(Place other) {
            return use == Use.CACHE_IMPORT && other.use != Use.OUTPUT
                    || other.use == Use.CACHE_IMPORT && use != Use.OUTPUT;
        }
    }

    /**
     * Adds a file or folder that an exporter writes to.
     *
     * @param name name as the user wrote it, for error messages
     */
    public void addOutput(String name, Path path) throws BuildkitException.InvalidRequestException {
        add(new Place(Use.OUTPUT, name, path));
    }

    /** Adds a folder that a cache exporter writes to. */
    public void addCacheExport(String name, Path path) throws BuildkitException.InvalidRequestException {
        add(new Place(Use.CACHE_EXPORT, name, path));
    }

    /** Adds a folder that a cache importer reads. */
    public void addCacheImport(String name, Path path) throws BuildkitException.InvalidRequestException {
        add(new Place(Use.CACHE_IMPORT, name, path));
    }

    private void add(Place place) throws BuildkitException.InvalidRequestException {
        for (Place other : places) {
            try {
                requireApart(other, place);
            } catch (IOException e) {
                throw new BuildkitException.InvalidRequestException(
                        place + " cannot be compared with " + other + ": " + FileErrors.reason(e), e);
            }
        }
        places.add(place);
    }

    private static void requireApart(Place first, Place second)
            throws BuildkitException.InvalidRequestException, IOException {
        Path one = first.path().toAbsolutePath().normalize();
        Path other = second.path().toAbsolutePath().normalize();
        if (isSame(one, other)) {
            if (!first.mayBe(second)) {
                throw new BuildkitException.InvalidRequestException(
                        first + " and " + second + " are the same path; give each of them its own path");
            }
        } else if (first.use() != Use.CACHE_IMPORT || second.use() != Use.CACHE_IMPORT) {
            if (isIn(one, other) || isIn(other, one)) {
                throw new BuildkitException.InvalidRequestException(
                        (isIn(one, other) ? second + " is in " + first : first + " is in " + second)
                                + "; choose a path outside of it");
            }
        }
    }

    private static boolean isIn(Path folder, Path path) throws IOException {
        for (Path at = path.getParent(); at != null; at = at.getParent()) {
            if (isSame(folder, at)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Returns whether two paths lead to the same file or folder. The file system decides this for existing files. For
     * files that do not exist yet, names that differ only in case or in Unicode normalization count as the same,
     * because they are the same on many file systems.
     */
    private static boolean isSame(Path one, Path other) throws IOException {
        boolean there = Files.exists(one, LinkOption.NOFOLLOW_LINKS);
        if (there != Files.exists(other, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        if (there) {
            return one.equals(other) || Files.exists(one) && Files.exists(other) && Files.isSameFile(one, other);
        }
        return folded(one).equals(folded(other)) && isSame(one.getParent(), other.getParent());
    }

    private static String folded(Path path) {
        return Normalizer.normalize(path.getFileName().toString(), Normalizer.Form.NFC)
                .toLowerCase(Locale.ROOT);
    }
}
