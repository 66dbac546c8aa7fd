// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesend;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;

/**
 * Turns names that came as bytes into paths of this machine, whatever the locale.
 *
 * <p>On Unix a name is bytes, and Java can only write those that its locale's character set has. A file URI takes all of
 * them. On Windows a name is text, and some texts name something else than a file of that name: a stream, a device, the
 * same name without its last dot. Those are refused.
 */
final class LocalNames {
    /** Whether Java writes a name as it is, in UTF-8. Before Java 20 it takes characters apart on macOS. */
    private static final boolean FAITHFUL =
            StandardCharsets.UTF_8.name().equals(System.getProperty("sun.jnu.encoding"))
                    && !System.getProperty("os.name").startsWith("Mac");

    private static final String NOT_ON_WINDOWS = "<>:\"|?*\\";
    private static final Set<String> WINDOWS_DEVICES = Set.of("con", "prn", "aux", "nul", "conin$", "conout$", "clock$");

    private LocalNames() {}

    /**
     * @param folder absolute
     * @param names joined with "/", each of them checked: not empty, not "." or ".."
     * @throws FileSystemException if no file can have that name here
     */
    static Path resolve(Path folder, ByteString names) throws FileSystemException {
        boolean windows = !folder.getFileSystem().getSeparator().equals("/");
        boolean text = names.isValidUtf8();
        String name = names.toStringUtf8();
        if (windows && (!text || !isPlainOnWindows(name))) {
            throw new FileSystemException(name, null, "no file can have that name on this system");
        }
        try {
            if (windows || isAscii(names) || text && FAITHFUL) {
                return folder.resolve(name);
            }
            return Path.of(java.net.URI.create(uri(folder, names)));
        } catch (IllegalArgumentException e) {
            throw new FileSystemException(name, null, "no file can have that name on this system");
        }
    }

    /**
     * The target of a symlink, byte for byte; null when Java has no way to write it: it would leave out a slash, or not
     * know a character.
     *
     * @throws FileSystemException if no symlink can lead there
     */
    static Path target(Path folder, ByteString target) throws FileSystemException {
        String text = target.toStringUtf8();
        boolean bytes = folder.getFileSystem().getSeparator().equals("/");
        if (bytes && !isAscii(target) && !(target.isValidUtf8() && FAITHFUL)) {
            return null;
        }
        try {
            Path path = folder.getFileSystem().getPath(text);
            return !bytes || path.toString().equals(text) ? path : null;
        } catch (InvalidPathException e) {
            throw new FileSystemException(text, null, "no symlink can lead to where it leads");
        }
    }

    /** Whether Windows takes a path for what it says, name by name. */
    static boolean isPlainOnWindows(String path) {
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

    private static String uri(Path folder, ByteString names) {
        StringBuilder uri = new StringBuilder(folder.toUri().toString());
        if (uri.charAt(uri.length() - 1) != '/') {
            uri.append('/');
        }
        for (byte b : names) {
            if (b == '/') {
                uri.append('/');
            } else {
                uri.append('%');
                uri.append(Character.forDigit(b >> 4 & 0xf, 16));
                uri.append(Character.forDigit(b & 0xf, 16));
            }
        }
        return uri.toString();
    }

    private static boolean isAscii(ByteString bytes) {
        for (byte b : bytes) {
            if (b < 0) {
                return false;
            }
        }
        return true;
    }
}
