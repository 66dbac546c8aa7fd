// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.fsutil;

import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;

/**
 * Converts names on disk to text or bytes and back, independently of the locale.
 *
 * <p>On Unix, a name is a sequence of bytes. With {@code LC_ALL=C}, which is common for services, Java decodes all
 * characters that are not ASCII as replacement characters and refuses to write them. On macOS, Java before version 20
 * composes the characters of each name that it reads and decomposes those of each name that it writes. The path keeps
 * the original bytes, and its file URI gives access to them.
 *
 * <p>On Windows, a name is text, and some names do not refer to a file of that name: they refer to a stream, to a
 * device, or to the name without its last dot. Files with such names are not created.
 */
public final class FileNames {
    /** Whether Java encodes the characters of a name as UTF-8 without any change. */
    private static final boolean FAITHFUL = StandardCharsets.UTF_8.name().equals(System.getProperty("sun.jnu.encoding"))
            && !System.getProperty("os.name").startsWith("Mac");

    private static final String NOT_ON_WINDOWS = "<>:\"|?*\\";
    private static final Set<String> WINDOWS_DEVICES =
            Set.of("con", "prn", "aux", "nul", "conin$", "conout$", "clock$");

    private FileNames() {}

    /** Returns the last name of a path that was read from a folder; see {@link NameBytes}. */
    public static String name(Path path) {
        String name = String.valueOf(path.getFileName());
        if (isSafe(path, name)) {
            return name;
        }
        String raw = path.toUri().getRawPath();
        // The URI of a folder ends with a slash.
        int end = raw.endsWith("/") ? raw.length() - 1 : raw.length();
        return decode(raw.substring(raw.lastIndexOf('/', end - 1) + 1, end));
    }

    /** Returns the unresolved target of a symlink with all of its slashes; see {@link NameBytes}. */
    public static String target(Path target) {
        String text = target.toString();
        if (isSafe(target, text)) {
            return text;
        }
        boolean absolute = target.isAbsolute();
        String raw = target.getFileSystem().getPath("/").resolve(target).toUri().getRawPath();
        // The URI also ends with a slash if a folder happens to exist at the path.
        int end = raw.endsWith("/") && !text.endsWith("/") ? raw.length() - 1 : raw.length();
        return decode(raw.substring(absolute ? 0 : 1, end));
    }

    /**
     * Returns the path of a file to read.
     *
     * @param path names joined with "/"; empty for the root itself
     * @throws NoSuchFileException if no file can have this name on this system
     */
    public static Path resolve(Path root, String path) throws NoSuchFileException {
        try {
            return path(root, path);
        } catch (IllegalArgumentException e) {
            throw new NoSuchFileException(path);
        }
    }

    /**
     * Returns the path of a file to create.
     *
     * @param folder an absolute path
     * @param names names joined with "/", which the caller has checked: none is empty, "." or ".."
     * @throws FileSystemException if no file can have this name on this system
     */
    public static Path resolveNew(Path folder, ByteString names) throws FileSystemException {
        boolean possible =
                isUnix(folder.getFileSystem()) || names.isValidUtf8() && isPlainOnWindows(names.toStringUtf8());
        if (possible) {
            try {
                return path(folder, NameBytes.text(names.toByteArray()));
            } catch (IllegalArgumentException e) {
                // The exception below reports this failure, too.
            }
        }
        throw new FileSystemException(names.toStringUtf8(), null, "no file can have that name on this system");
    }

    /**
     * Returns the target of a symlink to create, byte for byte. Returns null if Java would change the target: Java
     * removes redundant slashes, and cannot encode all characters.
     *
     * @throws FileSystemException if no symlink can have this target
     */
    public static Path newTarget(FileSystem system, ByteString target) throws FileSystemException {
        String text = target.toStringUtf8();
        boolean unix = isUnix(system);
        if (unix && !(FAITHFUL ? target.isValidUtf8() : isAscii(text))) {
            return null;
        }
        try {
            Path path = system.getPath(text);
            return !unix || path.toString().equals(text) ? path : null;
        } catch (InvalidPathException e) {
            throw new FileSystemException(text, null, "its target is not a valid path on this system");
        }
    }

    /** Whether Windows interprets every name of a path as the name of an ordinary file. */
    public static boolean isPlainOnWindows(String path) {
        for (String name : path.split("/", -1)) {
            int dot = name.indexOf('.');
            String stem = (dot < 0 ? name : name.substring(0, dot)).strip().toLowerCase(Locale.ROOT);
            boolean device = WINDOWS_DEVICES.contains(stem) || stem.matches("(com|lpt)[0-9¹²³]");
            if (device
                    || name.endsWith(".")
                    || name.endsWith(" ")
                    || name.chars().anyMatch(c -> c < ' ' || NOT_ON_WINDOWS.indexOf(c) >= 0)) {
                return false;
            }
        }
        return true;
    }

    /** @throws IllegalArgumentException if no file can have this name on this system */
    private static Path path(Path root, String names) {
        boolean text = !isBytes(root) || (FAITHFUL ? NameBytes.isUtf8(names) : isAscii(names));
        return text ? root.resolve(names) : resolveBytes(root, names);
    }

    private static Path resolveBytes(Path root, String names) {
        StringBuilder uri = new StringBuilder(root.toUri().toString());
        if (uri.charAt(uri.length() - 1) != '/') {
            uri.append('/');
        }
        for (byte b : NameBytes.of(names)) {
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

    /**
     * Whether the names of the file system are bytes. On Windows and in file systems within this process, names are
     * text.
     */
    private static boolean isBytes(Path path) {
        return path.getFileSystem() == FileSystems.getDefault() && isUnix(path.getFileSystem());
    }

    private static boolean isUnix(FileSystem system) {
        return system.getSeparator().equals("/");
    }

    /** Whether the name that Java decoded is certainly right. */
    private static boolean isSafe(Path path, String name) {
        // Java decodes invalid UTF-8 as this character, which can also be a part of a name.
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
