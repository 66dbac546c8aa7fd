// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.LocalSource;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
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
 * in all builds, and fetches it once. A session is opened for the first build that needs it, and closed after the last.
 */
final class SharedFolders implements AutoCloseable {
    private static final String SESSION = "local-sessionid:";

    private final BuildkitClient client;
    private final String sharedKey;

    /** The folders that several builds send, with their names in the builds. */
    private final Map<Folder, Set<String>> shared = new HashMap<>();

    /** How many builds have not ended that need a folder. */
    private final Map<Folder, Integer> users = new HashMap<>();

    private final Map<Folder, BuildSession> sessions = new HashMap<>();

    /**
     * A folder with the boundary within which it is read. Of a recorded folder, each record counts as a folder, because
     * its files may be others.
     */
    private record Folder(LocalSource.OnDisk source, Path boundary) {
        /** Returns the path by which the daemon keeps the folder. It does not depend on where a workspace is. */
        String identity() {
            return boundary == null
                    ? source.path().toString()
                    : boundary.relativize(source.path()).toString();
        }
    }

    /**
     * Finds the folders. No session is opened yet.
     *
     * @param contents contents of the builds' own sessions
     * @param sharedKey key from which the key of each folder is made
     */
    SharedFolders(BuildkitClient client, Collection<SessionContent> contents, String sharedKey) {
        this.client = client;
        this.sharedKey = sharedKey;
        Map<Folder, Integer> senders = new HashMap<>();
        for (SessionContent content : contents) {
            Map<String, Folder> folders = folders(content);
            Set.copyOf(folders.values()).forEach(folder -> senders.merge(folder, 1, Integer::sum));
            folders.forEach((name, folder) ->
                    shared.computeIfAbsent(folder, none -> new TreeSet<>()).add(name));
        }
        shared.keySet().removeIf(folder -> senders.get(folder) < 2);
    }

    /** Counts a build that needs the folders of these contents. */
    synchronized void needed(Collection<SessionContent> contents) {
        sharedOf(contents).forEach(folder -> users.merge(folder, 1, Integer::sum));
    }

    /** Closes the sessions of folders that no build needs any more, after a build has ended that was counted. */
    synchronized void ended(Collection<SessionContent> contents) {
        for (Folder folder : sharedOf(contents)) {
            if (users.merge(folder, -1, Integer::sum) == 0) {
                BuildSession session = sessions.remove(folder);
                if (session != null) {
                    session.close();
                }
            }
        }
    }

    private Set<Folder> sharedOf(Collection<SessionContent> contents) {
        Set<Folder> folders = new HashSet<>();
        contents.forEach(content -> folders.addAll(folders(content).values()));
        folders.retainAll(shared.keySet());
        return folders;
    }

    private BuildSession session(Folder folder) throws BuildkitException.InvalidRequestException {
        BuildSession session = sessions.get(folder);
        if (session == null && shared.containsKey(folder)) {
            session = opened(folder);
            sessions.put(folder, session);
        }
        return session;
    }

    private BuildSession opened(Folder folder) throws BuildkitException.InvalidRequestException {
        Map<String, LocalSource> locals = new HashMap<>();
        shared.get(folder).forEach(name -> locals.put(name, folder.source()));
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
        return client.openOnProven(BuildRequest.builder().build(), content, BuildListener.NONE, List.of());
    }

    /**
     * Returns the content of a target's own session with a key that is made from its key, the target and its folders.
     */
    static SessionContent withOwnKey(String target, SessionContent content) {
        StringBuilder identity = new StringBuilder(target);
        folders(content)
                .forEach((name, folder) ->
                        identity.append('\0').append(name).append('\0').append(folder.identity()));
        return content.withSharedKey(key(content.sharedKey(), identity.toString()));
    }

    /**
     * Each session has a key of its own, so that the daemon does not replace the files of one by those of another. The
     * names of sources are the same in all sessions of a bake.
     */
    private static String key(String sharedKey, String identity) {
        return Digest.sha256((sharedKey + "\0" + identity).getBytes(StandardCharsets.UTF_8))
                .hex();
    }

    private static Map<String, Folder> folders(SessionContent content) {
        Map<String, Folder> folders = new TreeMap<>();
        content.locals().forEach((name, source) -> {
            if (source instanceof LocalSource.OnDisk folder) {
                folders.put(name, new Folder(folder, content.boundary()));
            }
        });
        return folders;
    }

    /** Returns the frontend options of a build with the sessions of its folders. */
    synchronized Map<String, String> options(SessionContent content) throws BuildkitException.InvalidRequestException {
        Map<String, String> options = new TreeMap<>();
        for (Map.Entry<String, Folder> folder : folders(content).entrySet()) {
            BuildSession session = session(folder.getValue());
            if (session != null) {
                options.put(SESSION + folder.getKey(), session.id());
            }
        }
        return options;
    }

    /** Returns the sessions that a build with these options uses. */
    synchronized List<BuildSession> sessions(SessionContent content) {
        return folders(content).values().stream()
                .map(sessions::get)
                .filter(Objects::nonNull)
                .distinct()
                .toList();
    }

    @Override
    public synchronized void close() {
        sessions.values().forEach(BuildSession::close);
    }
}
