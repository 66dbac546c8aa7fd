// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.bake;

import io.jenkins.plugins.treenq.buildkit.hcl.GoPaths;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Paths and addresses in bake files. */
public final class BakePaths {
    /**
     * The beginning of paths in the working folder of the client, where other paths can be those of a remote
     * definition.
     */
    public static final String WORKING_FOLDER = "cwd://";

    /** An address that SSH reaches, with a scheme or as {@code scp} has it ({@code util/sshutil/scpurl.go}). */
    private static final String OVER_SSH = "(?:ssh://|[a-z0-9_-]+@[a-z0-9.-]+:)";

    private static final Pattern SSH = Pattern.compile("(?i)" + OVER_SSH + ".*", Pattern.DOTALL);

    private static final Pattern REMOTE =
            Pattern.compile("(?i)(https?://|git://|git@|github\\.com/|" + OVER_SSH + ").*", Pattern.DOTALL);

    /** Over HTTP, a repository is an address whose path ends with ".git" ({@code dfgitutil/git_ref.go}). */
    private static final Pattern REPOSITORY = Pattern.compile(
            "(?i)(?:https?://[^?#]*\\.git(?:[?#].*)?|(?:git://|git@|github\\.com/|" + OVER_SSH + ").*)",
            Pattern.DOTALL);

    /** A scheme, a user, and a host with its port. */
    private static final Pattern ORIGIN = Pattern.compile(
            "([A-Za-z]+://|)(?:[^/@?#\\\\\\s]*@)?"
                    + "((?:\\[[0-9A-Fa-f:.%]+]|[^/@?#:\\[\\]\\\\\\s]+)(?::[0-9]+(?=[/?#]|$))?)(?:[/?#:].*|$)",
            Pattern.DOTALL);

    private static final Pattern SUBFOLDER = Pattern.compile("([?&]subdir=)([^&#]*)");

    /** The first bytes of archives: bzip2, gzip, xz and zstd. */
    private static final List<String> ARCHIVES = List.of("BZh", "\u001f\u008b\b", "\u00fd7zXZ\0", "(\u00b5/\u00fd");

    private static final int TAR_MAGIC_OFFSET = 257;

    private BakePaths() {}

    /** Whether a context is fetched by the daemon. */
    public static boolean isRemote(String context) {
        return REMOTE.matcher(context).matches();
    }

    /** Whether an address is that of a Git repository. */
    public static boolean isRepository(String address) {
        return REPOSITORY.matcher(address).matches();
    }

    /** Whether an address is that of a Git repository that is fetched over SSH ({@code util/buildflags/ssh.go}). */
    public static boolean isSsh(String address) {
        return SSH.matcher(address).matches();
    }

    /** Returns the scheme, the host and the port of an address in lower case; empty if it has none. */
    private static String origin(String address) {
        Matcher origin = ORIGIN.matcher(address.toLowerCase(Locale.ROOT));
        return origin.matches() ? origin.group(1) + origin.group(2) : "";
    }

    /** Returns the host of an address of a Git repository or archive, with its port; empty if there is none. */
    public static String host(String address) {
        Matcher origin = ORIGIN.matcher(address);
        return origin.matches() ? origin.group(2) : "";
    }

    /** Whether two addresses have the same host, and are reached in the same way. */
    public static boolean isSameHost(String address, String other) {
        return isRemote(address)
                && isRemote(other)
                && !origin(address).isEmpty()
                && origin(address).equals(origin(other));
    }

    /** Whether two addresses name the same repository or file, apart from the commit and the folder. */
    public static boolean isSameRepository(String address, String other) {
        return isRemote(address)
                && isRemote(other)
                && address.replaceFirst("(?s)[?#].*", "").equals(other.replaceFirst("(?s)[?#].*", ""));
    }

    /** Whether a file that begins with these bytes is an archive, which a remote definition can be. */
    public static boolean isArchive(byte[] beginning) {
        String text = new String(beginning, StandardCharsets.ISO_8859_1);
        return ARCHIVES.stream().anyMatch(text::startsWith) || text.startsWith("ustar", TAR_MAGIC_OFFSET);
    }

    /** Returns the path in the working folder that this one names explicitly. */
    public static Optional<String> inWorkingFolder(String path) {
        return path.startsWith(WORKING_FOLDER)
                ? Optional.of(path.substring(WORKING_FOLDER.length()))
                : Optional.empty();
    }

    /** Returns the path of a context, which may be an address, without the mark of the working folder. */
    public static String local(String path) {
        return inWorkingFolder(path).map(GoPaths::clean).orElse(path);
    }

    /**
     * Returns the address of a folder of a remote definition ({@code remoteURLWithSubdir} in {@code bake/bake.go}).
     *
     * @param address address of the definition; empty for one that has no folders
     */
    static String folder(String address, String path) {
        String folder = GoPaths.clean(path);
        if (folder.equals(".") || !isRepository(address)) {
            return address;
        }
        int mark = address.indexOf('#');
        String base = mark < 0 ? address : address.substring(0, mark);
        String fragment = mark < 0 ? "" : address.substring(mark + 1);
        int colon = fragment.indexOf(':');
        Matcher query = SUBFOLDER.matcher(base);
        boolean inQuery = query.find();
        String outer = colon >= 0 ? fragment.substring(colon + 1) : inQuery ? query.group(2) : "";
        String whole = outer.isEmpty() ? folder : GoPaths.clean(outer + "/" + folder);
        if (mark < 0 && inQuery) {
            return query.replaceFirst("$1" + Matcher.quoteReplacement(whole));
        }
        return base + "#" + (colon < 0 ? fragment : fragment.substring(0, colon)) + ":" + whole;
    }
}
