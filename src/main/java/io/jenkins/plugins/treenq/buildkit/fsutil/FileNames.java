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
 * Turns names on disk into text or bytes and back, whatever the locale.
 *
 * <p>On Unix a name is bytes. Under {@code LC_ALL=C}, which is common for services, Java reads every name but the ASCII
 * ones as question marks and refuses to write them. On macOS, Java before 20 composes the characters of each name that
 * it reads and takes them apart in each that it writes. The bytes are still there, and a file URI shows and takes them.
 *
 * <p>On Windows a name is text, and some texts name something else than a file of that name: a stream, a device, the
 * same name without its last dot. No such file is made.
 */
public final class FileNames {
    /** Whether Java writes a name's characters as UTF-8 and changes nothing. */
    private static final boolean FAITHFUL = StandardCharsets.UTF_8.name().equals(System.getProperty("sun.jnu.encoding"))
            && !System.getProperty("os.name").startsWith("Mac");

    private static final String NOT_ON_WINDOWS = "<>:\"|?*\\";
    private static final Set<String> WINDOWS_DEVICES =
            Set.of("con", "prn", "aux", "nul", "conin$", "conout$", "clock$");

    private FileNames() {}

    /** The last name of a path that came from a listing; see {@link NameBytes}. */
    public static String name(Path path) {
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
    public static String target(Path target) {
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
     * A file to be read.
     *
     * @param path of names joined with "/"; empty for the root itself
     * @throws NoSuchFileException if no file can have that name here
     */
    public static Path resolve(Path root, String path) throws NoSuchFileException {
        try {
            return path(root, path);
        } catch (IllegalArgumentException e) {
            throw new NoSuchFileException(path);
        }
    }

    /**
     * A file to be made.
     *
     * @param folder absolute
     * @param names joined with "/", each of them checked: not empty, not "." or ".."
     * @throws FileSystemException if no file can have that name here
     */
    public static Path resolveNew(Path folder, ByteString names) throws FileSystemException {
        boolean possible =
                isUnix(folder.getFileSystem()) || names.isValidUtf8() && isPlainOnWindows(names.toStringUtf8());
        if (possible) {
            try {
                return path(folder, NameBytes.text(names.toByteArray()));
            } catch (IllegalArgumentException e) {
                // Said below.
            }
        }
        throw new FileSystemException(names.toStringUtf8(), null, "no file can have that name on this system");
    }

    /**
     * The target of a symlink to be made, byte for byte; null when Java has no way to write it: it would leave out a
     * slash, or not know a character.
     *
     * @throws FileSystemException if no symlink can lead there
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
            throw new FileSystemException(text, null, "no symlink can lead to where it leads");
        }
    }

    /** Whether Windows takes a path for what it says, name by name. */
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

    /** @throws IllegalArgumentException if no file can have that name here */
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

    /** On Windows names are text, and on systems within this process; on all others bytes. */
    private static boolean isBytes(Path path) {
        return path.getFileSystem() == FileSystems.getDefault() && isUnix(path.getFileSystem());
    }

    private static boolean isUnix(FileSystem system) {
        return system.getSeparator().equals("/");
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
