// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Turns names on disk into text and back, whatever the locale.
 *
 * <p>Under {@code LC_ALL=C}, which is common for services, Java reads every name but the ASCII ones as question marks
 * and refuses to write them. On macOS, Java before 20 composes the characters of each name that it reads and takes them
 * apart in each that it writes. The bytes are still there, and a file URI shows them.
 */
final class FileNames {
    /** Whether Java writes a name's characters as UTF-8 and changes nothing. */
    private static final boolean FAITHFUL =
            StandardCharsets.UTF_8.name().equals(System.getProperty("sun.jnu.encoding"))
                    && !System.getProperty("os.name").startsWith("Mac");

    private FileNames() {}

    /** The last name of a path that came from a listing; see {@link NameBytes}. */
    static String name(Path path) {
        String name = String.valueOf(path.getFileName());
        if (isSafe(path, name)) {
            return name;
        }
        String raw = path.toUri().getRawPath();
        // A folder's URI ends with a slash.
        int end = raw.endsWith("/") ? raw.length() - 1 : raw.length();
        return decode(raw.substring(raw.lastIndexOf('/', end - 1) + 1, end));
    }

    /** A symlink's target as it is written, slash for slash; see {@link NameBytes}. */
    static String target(Path target) {
        String text = target.toString();
        if (isSafe(target, text)) {
            return text;
        }
        boolean absolute = target.isAbsolute();
        String raw = target.getFileSystem().getPath("/").resolve(target).toUri().getRawPath();
        // A slash at the end is there too if the path happens to lead to a folder.
        int end = raw.endsWith("/") && !text.endsWith("/") ? raw.length() - 1 : raw.length();
        return decode(raw.substring(absolute ? 0 : 1, end));
    }

    /**
     * @param path of names joined with "/"; empty for the root itself
     * @throws NoSuchFileException if no file can have that name here
     */
    static Path resolve(Path root, String path) throws NoSuchFileException {
        try {
            boolean text = !isBytes(root) || (FAITHFUL ? NameBytes.isUtf8(path) : isAscii(path));
            return text ? root.resolve(path) : resolveBytes(root, path);
        } catch (IllegalArgumentException e) {
            throw new NoSuchFileException(path);
        }
    }

    private static Path resolveBytes(Path root, String path) {
        StringBuilder uri = new StringBuilder(root.toUri().toString());
        if (uri.charAt(uri.length() - 1) != '/') {
            uri.append('/');
        }
        for (byte b : NameBytes.of(path)) {
            if (b == '/') {
                uri.append('/');
            } else {
                uri.append('%');
                uri.append(Character.forDigit(b >> 4 & 0xf, 16));
                uri.append(Character.forDigit(b & 0xf, 16));
            }
        }
        return Path.of(URI.create(uri.toString()));
    }

    /** On Windows names are text, and on systems within this process; on all others bytes. */
    private static boolean isBytes(Path path) {
        return path.getFileSystem() == FileSystems.getDefault() && PathRules.of(path.getFileSystem()) == PathRules.UNIX;
    }

    /** Whether Java's reading of a name is certain to be the right one. */
    private static boolean isSafe(Path path, String name) {
        // Java reads this character where there is no UTF-8. Some files really have it in their names.
        return !isBytes(path) || isAscii(name) || FAITHFUL && name.indexOf('\uFFFD') < 0;
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 0x7f) {
                return false;
            }
        }
        return true;
    }

    private static String decode(String percent) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(percent.length());
        for (int i = 0; i < percent.length(); i++) {
            char c = percent.charAt(i);
            if (c == '%') {
                bytes.write(Integer.parseInt(percent, i + 1, i + 3, 16));
                i += 2;
            } else {
                bytes.write(c);
            }
        }
        return NameBytes.text(bytes.toByteArray());
    }
}
