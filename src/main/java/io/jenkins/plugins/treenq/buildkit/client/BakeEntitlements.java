// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.CacheEntry;
import io.jenkins.plugins.treenq.buildkit.bake.TargetEntries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * What a bake is allowed to do beyond building from the working folder, as {@code --allow} of buildx has it
 * ({@code bake/entitlements.go}): {@code network.host}, {@code security.insecure}, {@code device}, {@code ssh},
 * {@code buildx.local.delete}, and {@code fs.read=PATH}, {@code fs.write=PATH}, {@code fs=PATH}. The files of a bake
 * ask for these, but only who starts the bake allows them.
 */
public final class BakeEntitlements {
    private static final String SSH = "ssh";
    private static final String DEVICE = "device";
    private static final String LOCAL_DELETE = "buildx.local.delete";
    private static final String READ = "fs.read";
    private static final String WRITE = "fs.write";
    private static final String ANY = "*";

    private static final Set<String> WITHOUT_VALUE =
            Set.of("network.host", "security.insecure", SSH, LOCAL_DELETE, DEVICE);

    /** Images can be pushed without permission, as with buildx, which accepts these, too. */
    private static final Set<String> IMAGES = Set.of("image", "image.push", "image.load");

    private final Set<String> allowed;
    private final List<String> readable;
    private final List<String> writable;

    private BakeEntitlements(Set<String> allowed, List<String> readable, List<String> writable) {
        this.allowed = allowed;
        this.readable = readable;
        this.writable = writable;
    }

    /**
     * Parses values of {@code --allow}.
     *
     * @throws BuildkitException.InvalidRequestException if a value is not an entitlement
     */
    public static BakeEntitlements of(Collection<String> values) throws BuildkitException.InvalidRequestException {
        Set<String> allowed = new HashSet<>();
        List<String> readable = new ArrayList<>();
        List<String> writable = new ArrayList<>();
        for (String value : values) {
            String[] pair = value.split("=", 2);
            boolean path = pair.length == 2 && !pair[1].isEmpty();
            if (WITHOUT_VALUE.contains(value) || pair[0].equals(DEVICE) && path) {
                allowed.add(value);
            } else if (Set.of("fs", READ, WRITE).contains(pair[0]) && path) {
                if (!pair[0].equals(WRITE)) {
                    readable.add(pair[1]);
                }
                if (!pair[0].equals(READ)) {
                    writable.add(pair[1]);
                }
            } else if (!IMAGES.contains(pair[0])) {
                throw new BuildkitException.InvalidRequestException("'" + value + "' is not an entitlement; write "
                        + "network.host, security.insecure, device, ssh, fs.read=PATH, fs.write=PATH, fs=PATH or "
                        + LOCAL_DELETE);
            }
        }
        return new BakeEntitlements(allowed, readable, writable);
    }

    /**
     * Requires that all is allowed that the targets ask for, apart from paths.
     *
     * @throws BuildkitException.InvalidRequestException if not; the message names the targets and what to allow
     */
    public void require(Collection<TargetBuild> targets) throws BuildkitException.InvalidRequestException {
        refuse(targets, target -> missing(List.of(target)));
    }

    /**
     * Requires that all is allowed that the targets ask for, and that the files that they read and write are in the
     * working folder or below an allowed path.
     */
    public void require(Collection<TargetBuild> targets, Path workingFolder)
            throws BuildkitException.InvalidRequestException {
        Paths readablePaths = new Paths(workingFolder, readable);
        Paths writablePaths = new Paths(workingFolder, writable);
        refuse(targets, target -> {
            SortedSet<String> missing = new TreeSet<>(missing(List.of(target)));
            readablePaths.others(readPaths(target)).forEach(path -> missing.add(READ + "=" + path));
            writablePaths.others(writtenPaths(target)).forEach(path -> missing.add(WRITE + "=" + path));
            return missing;
        });
    }

    /**
     * Requires that a file that the bake files name is in the working folder or below an allowed path, before it is
     * read.
     *
     * @throws BuildkitException.InvalidRequestException if not; the message says what to allow
     */
    public void requireReadable(String file, Path workingFolder) throws BuildkitException.InvalidRequestException {
        for (Path other : new Paths(workingFolder, readable).others(List.of(file))) {
            throw new BuildkitException.InvalidRequestException("the bake files need the file " + other
                    + ", which is outside of the working folder. To allow it: --allow=" + READ + "=" + other);
        }
    }

    private static void refuse(
            Collection<TargetBuild> targets, Function<TargetBuild, ? extends Collection<String>> missing)
            throws BuildkitException.InvalidRequestException {
        SortedMap<String, List<String>> askers = new TreeMap<>();
        for (TargetBuild target : targets) {
            for (String entitlement : missing.apply(target)) {
                askers.computeIfAbsent(entitlement, none -> new ArrayList<>()).add(target.name());
            }
        }
        if (askers.isEmpty()) {
            return;
        }
        StringBuilder message = new StringBuilder("the bake files require permissions that were not granted: ");
        String separator = "";
        for (Map.Entry<String, List<String>> asked : askers.entrySet()) {
            message.append(separator).append(asked.getKey()).append(" for ");
            message.append(String.join(", ", asked.getValue()));
            separator = "; ";
        }
        message.append(". To allow it: --allow=").append(String.join(" --allow=", askers.keySet()));
        throw new BuildkitException.InvalidRequestException(message.toString());
    }

    /** Returns what the targets ask for and is not allowed, as values of {@code --allow}, apart from paths. */
    public List<String> missing(Collection<TargetBuild> targets) {
        SortedSet<String> missing = new TreeSet<>();
        for (TargetBuild target : targets) {
            missing.addAll(target.build().request().entitlements());
            if (target.ssh().stream().anyMatch(TargetEntries.Ssh::isAgentOfMachine)) {
                missing.add(SSH);
            }
            if (target.build().destinations().stream().anyMatch(BakeEntitlements::deletes)) {
                missing.add(LOCAL_DELETE);
            }
        }
        missing.removeIf(asked -> allowed.contains(asked) || asked.startsWith(DEVICE) && allowed.contains(DEVICE));
        return List.copyOf(missing);
    }

    private static boolean deletes(FileOutput output) {
        return output.type().equals("local")
                && output.attributes().getOrDefault("mode", "").strip().equalsIgnoreCase("delete");
    }

    private static Set<String> readPaths(TargetBuild target) {
        Set<String> paths = new TreeSet<>();
        SourceLocations sources = target.build().sources();
        if (!sources.isRemote()) {
            paths.add(sources.context());
            if (sources.dockerfileText().isEmpty()) {
                paths.add(
                        Path.of(sources.context()).resolve(sources.dockerfile()).toString());
            }
        } else if (sources.dockerfileOfClient() != null) {
            paths.add(sources.dockerfileOfClient());
        }
        sources.contexts().values().forEach(context -> {
            if (LayoutAddress.isOne(context)) {
                paths.add(LayoutAddress.parse(context).folder());
            } else if (!context.startsWith("docker-image://")
                    && !TargetLinks.isTarget(context)
                    && !SourceLocations.isRemote(context)) {
                paths.add(context);
            }
        });
        target.secrets().stream().map(TargetEntries.Secret::source).forEach(paths::add);
        target.ssh().forEach(ssh -> paths.addAll(ssh.paths()));
        target.build().request().cacheImports().forEach(cache -> paths.add(folder(cache, "src")));
        paths.remove("");
        return paths;
    }

    /** Whether a target writes files or folders of the client. */
    public static boolean writes(TargetBuild target) {
        return !writtenPaths(target).isEmpty();
    }

    private static Set<String> writtenPaths(TargetBuild target) {
        Set<String> paths = new TreeSet<>();
        target.build().destinations().forEach(output -> paths.add(output.path()));
        target.build().request().cacheExports().forEach(cache -> paths.add(folder(cache, "dest")));
        paths.remove("");
        return paths;
    }

    private static String folder(CacheEntry cache, String key) {
        return cache.type().equals("local") ? cache.attributes().getOrDefault(key, "") : "";
    }

    /** The paths below which files may be used. */
    private static final class Paths {
        private static final int LONGEST_PATH = 32_767;

        private final Path workingFolder;
        private final boolean any;
        private final List<Path> allowed = new ArrayList<>();

        Paths(Path workingFolder, List<String> paths) throws BuildkitException.InvalidRequestException {
            this.workingFolder = workingFolder;
            any = paths.contains(ANY);
            allowed.add(real(workingFolder));
            for (String path : paths) {
                if (!path.equals(ANY)) {
                    allowed.add(real(workingFolder.resolve(path)));
                }
            }
        }

        /** Returns the real paths of those that are not allowed. */
        List<Path> others(Collection<String> paths) {
            return any
                    ? List.of()
                    : paths.stream()
                            .map(path -> real(workingFolder.resolve(path)))
                            .filter(path -> allowed.stream().noneMatch(path::startsWith))
                            .toList();
        }

        /** Returns the path with the links of its existing part resolved. */
        private static Path real(Path path) {
            Path whole = path.toAbsolutePath();
            if (whole.toString().length() > LONGEST_PATH) {
                // No file can have this path, whose parts would take long to look for.
                return whole.getRoot();
            }
            for (Path existing = whole; existing != null; existing = existing.getParent()) {
                if (Files.exists(existing, LinkOption.NOFOLLOW_LINKS)) {
                    try {
                        return existing.toRealPath()
                                .resolve(existing.relativize(whole))
                                .normalize();
                    } catch (IOException e) {
                        // A link that leads nowhere is not inside of any folder.
                        return existing.getRoot();
                    }
                }
            }
            return whole;
        }
    }
}
