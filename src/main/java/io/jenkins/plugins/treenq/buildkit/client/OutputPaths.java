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
 * Where one build writes files. No place may lie in another one: the daemon decides what is in a result, so it could
 * put a link into the way of the next result, or replace what another one has written.
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

        /** A folder may be read as cache by several imports, and be replaced by an export. */
        private boolean mayBe(Place other) {
            return use == Use.CACHE_IMPORT && other.use != Use.OUTPUT
                    || other.use == Use.CACHE_IMPORT && use != Use.OUTPUT;
        }
    }

    /**
     * A file or folder that an exporter writes.
     *
     * @param name as it was given, for messages
     */
    public void addOutput(String name, Path path) throws BuildkitException.InvalidRequestException {
        add(new Place(Use.OUTPUT, name, path));
    }

    /** A folder that cache is written to. */
    public void addCacheExport(String name, Path path) throws BuildkitException.InvalidRequestException {
        add(new Place(Use.CACHE_EXPORT, name, path));
    }

    /** A folder that cache is read from. */
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
                        first + " and " + second + " are the same place; give each of them its own");
            }
        } else if (first.use() != Use.CACHE_IMPORT || second.use() != Use.CACHE_IMPORT) {
            if (isIn(one, other) || isIn(other, one)) {
                throw new BuildkitException.InvalidRequestException(
                        (isIn(one, other) ? second + " is in " + first : first + " is in " + second)
                                + "; write it to a folder beside that one");
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
     * Whether two names lead to one place. The disk knows that of what is there. Of what will be made, names that
     * differ in case only, or in how characters are composed, count as one, for on many file systems they are.
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
