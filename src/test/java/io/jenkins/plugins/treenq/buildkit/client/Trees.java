// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Describes trees of files so that they can be compared. */
final class Trees {
    private Trees() {}

    /** A line for each entry: kind, mode, time, size, content, other names. */
    static String describe(Path root) throws IOException, GeneralSecurityException {
        return describe(root, true);
    }

    /** @param times whether modification times are included */
    static String describe(Path root, boolean times) throws IOException, GeneralSecurityException {
        Map<String, String> lines = new TreeMap<>();
        Map<Object, String> firstNames = new HashMap<>();
        List<Path> paths;
        try (Stream<Path> walk = Files.walk(root)) {
            paths = new ArrayList<>(walk.sorted().toList());
        }
        paths.remove(root);
        for (Path path : paths) {
            Map<String, Object> found = Files.readAttributes(path, "unix:*", LinkOption.NOFOLLOW_LINKS);
            int mode = (Integer) found.get("mode");
            boolean symlink = (mode & 0170000) == 0120000;
            StringBuilder line = new StringBuilder(Integer.toOctalString(mode));
            if (times) {
                FileTime time = (FileTime) found.get("lastModifiedTime");
                // Java cannot set the time of a symlink more finely.
                line.append(' ').append(symlink ? time.to(TimeUnit.MICROSECONDS) : time.to(TimeUnit.NANOSECONDS));
            }
            line.append(' ').append(found.get("uid")).append(':').append(found.get("gid"));
            if (symlink) {
                line.append(" -> ").append(readlink(path));
            } else if ((mode & 0170000) == 0100000) {
                line.append(' ').append(found.get("size")).append(' ').append(digest(path));
                if ((Integer) found.get("nlink") > 1) {
                    line.append(" is ")
                            .append(firstNames.computeIfAbsent(found.get("fileKey"), key -> relative(root, path)));
                }
            } else if ((mode & 0170000) != 0040000) {
                line.append(" rdev ").append(found.get("rdev"));
            }
            lines.put(relative(root, path), line.toString());
        }
        StringBuilder all = new StringBuilder();
        lines.forEach((name, line) -> all.append(name).append(' ').append(line).append('\n'));
        return all.toString();
    }

    /** Also supports names that are not UTF-8. */
    private static String relative(Path root, Path path) {
        return path.toUri()
                .getRawPath()
                .substring(root.toUri().getRawPath().length())
                .replaceFirst("/$", "");
    }

    private static String readlink(Path link) throws IOException {
        String target = Files.readSymbolicLink(link).toString();
        // Java removes slashes from the target.
        Process process = new ProcessBuilder("readlink", "-n", link.toString()).start();
        String raw = new String(process.getInputStream().readAllBytes());
        return raw.isEmpty() ? target : raw;
    }

    static String digest(Path file) throws IOException, GeneralSecurityException {
        MessageDigest hash = MessageDigest.getInstance("SHA-256");
        byte[] buffer = new byte[1 << 16];
        try (var in = Files.newInputStream(file)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                hash.update(buffer, 0, count);
            }
        }
        return new BigInteger(1, hash.digest()).toString(16);
    }
}
