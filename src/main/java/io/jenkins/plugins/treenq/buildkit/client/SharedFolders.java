// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.LocalSource;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The folders that several builds of a bake send. Each of them is served by a session of its own, which all builds name
 * to the frontend ({@code detectSharedMounts} in buildx' {@code build/build.go}). The daemon then sees the same source
 * in all builds, and fetches it once.
 */
final class SharedFolders implements AutoCloseable {
    private static final String SESSION = "local-sessionid:";

    private final Map<Folder, BuildSession> sessions = new HashMap<>();

    /** A folder with the boundary within which it is read. */
    private record Folder(Path path, Path boundary) {
        /** Returns the path by which the daemon keeps the folder. It does not depend on where a workspace is. */
        String identity() {
            return boundary == null
                    ? path.toString()
                    : boundary.relativize(path).toString();
        }
    }

    private SharedFolders() {}

    /**
     * Opens the sessions.
     *
     * @param contents contents of the builds' own sessions
     * @param sharedKey key from which the key of each folder is made
     */
    static SharedFolders open(BuildkitClient client, Collection<SessionContent> contents, String sharedKey)
            throws BuildkitException.InvalidRequestException {
        Map<Folder, Integer> users = new HashMap<>();
        Map<Folder, Set<String>> names = new HashMap<>();
        for (SessionContent content : contents) {
            Map<String, Folder> folders = folders(content);
            Set.copyOf(folders.values()).forEach(folder -> users.merge(folder, 1, Integer::sum));
            folders.forEach((name, folder) ->
                    names.computeIfAbsent(folder, none -> new TreeSet<>()).add(name));
        }
        SharedFolders shared = new SharedFolders();
        boolean complete = false;
        try {
            for (Map.Entry<Folder, Integer> folder : users.entrySet()) {
                if (folder.getValue() > 1) {
                    shared.open(client, folder.getKey(), names.get(folder.getKey()), sharedKey);
                }
            }
            complete = true;
            return shared;
        } finally {
            if (!complete) {
                shared.close();
            }
        }
    }

    private void open(BuildkitClient client, Folder folder, Set<String> names, String sharedKey)
            throws BuildkitException.InvalidRequestException {
        Map<String, LocalSource> locals = new HashMap<>();
        names.forEach(name -> locals.put(name, new LocalSource.Folder(folder.path())));
        SessionContent content = new SessionContent(
                locals,
                host -> Optional.empty(),
                id -> Optional.empty(),
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of(),
                key(sharedKey, folder.identity()),
                folder.boundary());
        sessions.put(
                folder, client.openOnProven(BuildRequest.builder().build(), content, BuildListener.NONE, List.of()));
    }

    /** Each folder has a key of its own, so that the daemon does not replace the files of one by those of another. */
    private static String key(String sharedKey, String folder) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest((sharedKey + "\0" + folder).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static Map<String, Folder> folders(SessionContent content) {
        Map<String, Folder> folders = new TreeMap<>();
        content.locals().forEach((name, source) -> {
            if (source instanceof LocalSource.Folder folder) {
                folders.put(name, new Folder(folder.path(), content.boundary()));
            }
        });
        return folders;
    }

    /** Returns the frontend options of a build with the sessions of its folders. */
    Map<String, String> options(SessionContent content) {
        Map<String, String> options = new TreeMap<>();
        folders(content).forEach((name, folder) -> {
            BuildSession session = sessions.get(folder);
            if (session != null) {
                options.put(SESSION + name, session.id());
            }
        });
        return options;
    }

    /** Returns the sessions that a build uses. */
    List<BuildSession> sessions(SessionContent content) {
        return folders(content).values().stream()
                .map(sessions::get)
                .filter(Objects::nonNull)
                .distinct()
                .toList();
    }

    @Override
    public void close() {
        sessions.values().forEach(BuildSession::close);
    }
}
