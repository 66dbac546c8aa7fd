// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.bake.BakeException;
import io.jenkins.plugins.treenq.buildkit.bake.BakeFile;
import io.jenkins.plugins.treenq.buildkit.bake.BakePaths;
import io.jenkins.plugins.treenq.buildkit.bake.BakeRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Reads the files of a bake from a workspace. Nothing outside of the workspace's boundary is read, wherever the links
 * in the workspace lead.
 */
public final class BakeFiles {
    /** The files that are read if none is given and that exist, in the order in which buildx merges them. */
    public static final List<String> DEFAULT_NAMES = List.of(
            "compose.yaml",
            "compose.yml",
            "docker-compose.yml",
            "docker-compose.yaml",
            "docker-bake.json",
            "docker-bake.hcl",
            "docker-bake.override.json",
            "docker-bake.override.hcl");

    private static final String ENVIRONMENT_FILE = ".env";
    private static final int MOST_FILES = 100;
    private static final int MOST_BYTES = 1 << 20;

    private final Workspace workspace;

    public BakeFiles(Workspace workspace) {
        this.workspace = workspace;
    }

    /**
     * Reads the files.
     *
     * @param names names of the files, in the order in which they are merged; empty for the default names
     * @param targets names or patterns of targets and groups
     * @param overrides as for {@code --set} of buildx
     * @param variables values of the files' variables
     * @param environment the variables of the environment that the files may see
     * @throws BuildkitException.InvalidRequestException if a file is missing, is outside of the workspace, or is too
     *     large
     */
    public BakeRequest request(
            List<String> names,
            List<String> targets,
            List<String> overrides,
            Map<String, String> variables,
            Map<String, String> environment)
            throws BuildkitException.InvalidRequestException {
        return request(new RemoteBakeFiles.Definition(read(names), null), targets, overrides, variables, environment);
    }

    /**
     * Returns the request for files of a remote definition, and for those of the workspace that come after them.
     *
     * @param remote the files that the daemon has fetched
     * @param names names of all files; those of the workspace begin with {@code cwd://}
     */
    public BakeRequest request(
            RemoteBakeFiles.Definition remote,
            List<String> names,
            List<String> targets,
            List<String> overrides,
            Map<String, String> variables,
            Map<String, String> environment)
            throws BuildkitException.InvalidRequestException {
        List<BakeFile> files = new ArrayList<>(remote.files());
        List<String> own = ownNames(names);
        if (!own.isEmpty()) {
            files.addAll(read(own));
        }
        if (files.isEmpty()) {
            throw none();
        }
        return request(
                new RemoteBakeFiles.Definition(files, remote.source()), targets, overrides, variables, environment);
    }

    /** Returns the names of the files that the client has beside those of a remote definition. */
    public static List<String> ownNames(List<String> names) {
        return names.stream()
                .filter(name -> BakePaths.inWorkingFolder(name).isPresent())
                .toList();
    }

    /** Returns the names of the files that a remote definition has. */
    public static List<String> remoteNames(List<String> names) {
        return names.stream()
                .filter(name -> BakePaths.inWorkingFolder(name).isEmpty())
                .toList();
    }

    private BakeRequest request(
            RemoteBakeFiles.Definition definition,
            List<String> targets,
            List<String> overrides,
            Map<String, String> variables,
            Map<String, String> environment)
            throws BuildkitException.InvalidRequestException {
        return new BakeRequest(
                definition.files(),
                targets.isEmpty() ? List.of("default") : targets,
                overrides,
                variables,
                builtIns(),
                environment::get,
                text(ENVIRONMENT_FILE).orElse(""),
                reader(),
                definition.source());
    }

    private List<BakeFile> read(List<String> names) throws BuildkitException.InvalidRequestException {
        if (names.size() > MOST_FILES) {
            throw new BuildkitException.InvalidRequestException("a bake can have at most " + MOST_FILES + " files");
        }
        List<BakeFile> files = new ArrayList<>();
        for (String name : names) {
            String path = BakePaths.inWorkingFolder(name).orElse(name);
            if (SourceLocations.isRemote(path)) {
                throw new BuildkitException.InvalidRequestException(
                        "bake file '" + path + "' is a URL; specify it as the URL of the remote bake files");
            }
            files.add(new BakeFile(path, decoded(workspace.read(path, "bake file", MOST_BYTES))));
        }
        if (names.isEmpty()) {
            for (String name : DEFAULT_NAMES) {
                text(name).ifPresent(content -> files.add(new BakeFile(name, content)));
            }
        }
        if (files.isEmpty()) {
            throw none();
        }
        return files;
    }

    private static BuildkitException.InvalidRequestException none() {
        return new BuildkitException.InvalidRequestException(
                "no bake file found; set the path of one, or check whether the sources were checked out. "
                        + "Without a path, these are looked for: " + String.join(", ", DEFAULT_NAMES));
    }

    private UnaryOperator<String> reader() {
        return path -> {
            try {
                return text(path).orElse(null);
            } catch (BuildkitException.InvalidRequestException e) {
                throw new BakeException(e.getMessage());
            }
        };
    }

    private Optional<String> text(String path) throws BuildkitException.InvalidRequestException {
        return workspace.has(path, "file")
                ? Optional.of(decoded(workspace.read(path, "file", MOST_BYTES)))
                : Optional.empty();
    }

    private static String decoded(byte[] content) {
        return new String(content, StandardCharsets.UTF_8);
    }

    /** Returns the variables that files cannot define: the working folder, and the platform of this machine. */
    public static Map<String, String> builtIns() {
        String architecture = System.getProperty("os.arch");
        String platform = (System.getProperty("os.name").startsWith("Windows") ? "windows/" : "linux/")
                + (architecture.equals("aarch64") ? "arm64" : "amd64");
        return Map.of("BAKE_CMD_CONTEXT", BakePaths.WORKING_FOLDER, "BAKE_LOCAL_PLATFORM", platform);
    }
}
