// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.LocalSource;
import io.jenkins.plugins.treenq.buildkit.bake.BakeFile;
import io.jenkins.plugins.treenq.buildkit.bake.BakePaths;
import io.jenkins.plugins.treenq.buildkit.gateway.FrontendInputs;
import io.jenkins.plugins.treenq.buildkit.gateway.FrontendResult;
import io.jenkins.plugins.treenq.buildkit.gateway.GatewayBuild;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import io.jenkins.plugins.treenq.buildkit.threads.FutureOutcome;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Reads the files of a bake from a Git repository, an archive or a web server ({@code ReadRemoteFiles} in buildx'
 * {@code bake/remote.go}). The daemon fetches them, with the secrets that it may fetch a build context with. The result
 * is not exported; the client reads the files of the result that it needs.
 */
public final class RemoteBakeFiles {
    private static final String CONTEXT = "context";
    private static final String DOCKERFILE = "dockerfile";
    private static final String FETCHED = "fetched";
    private static final String UNPACKED = "unpacked";

    /** The first stage is what the daemon fetches. In the second one, an archive is unpacked. */
    private static final String STAGES = """
            FROM definition AS fetched
            FROM scratch AS unpacked
            COPY . /
            """;

    private static final int MOST_BYTES = 1 << 20;

    private final BuildkitClient client;
    private final String address;
    private final BuildRequest request;
    private final SessionContent content;

    /**
     * The files, and what targets find in the same place.
     *
     * @param source the address of the contexts that are relative paths, empty if the files are in an archive, where
     *     targets cannot have contexts; null if such contexts are folders of the client's machine
     */
    public record Definition(List<BakeFile> files, String source) {
        public Definition {
            files = List.copyOf(files);
        }
    }

    /**
     * Returns the build that fetches the files, from which the constructor's arguments are made.
     *
     * @param address address of a Git repository, an archive or a file
     * @throws BuildkitException.InvalidRequestException if this is not an address
     */
    public static DockerfileBuild build(String address) throws BuildkitException.InvalidRequestException {
        if (!BakePaths.isRemote(address)) {
            throw new BuildkitException.InvalidRequestException(
                    "'" + address + "' is not the address of a Git repository or archive; write https://…git#ref");
        }
        return DockerfileBuild.builder()
                .context(address)
                .dockerfileText(STAGES)
                .contexts(Map.of("definition", address))
                .target(FETCHED)
                .build();
    }

    /**
     * @param client a client whose daemon has answered
     * @param content files and secrets of that build
     */
    public RemoteBakeFiles(BuildkitClient client, String address, BuildRequest request, SessionContent content) {
        this.client = client;
        this.address = address;
        this.request = request.withoutRecord();
        this.content = withoutIgnored(content);
    }

    /** An archive can have an ignore file that excludes the bake files. */
    private static SessionContent withoutIgnored(SessionContent content) {
        Map<String, LocalSource> locals = new HashMap<>(content.locals());
        locals.put(CONTEXT, new LocalSource.Files(Map.of()));
        locals.put(
                DOCKERFILE,
                new LocalSource.Files(Map.of(
                        "Dockerfile",
                        STAGES.getBytes(StandardCharsets.UTF_8),
                        "Dockerfile.dockerignore",
                        "# Nothing is ignored.\n".getBytes(StandardCharsets.UTF_8))));
        return new SessionContent(
                locals,
                content.logins(),
                content.secrets(),
                content.ssh(),
                content.outputs(),
                content.layouts(),
                content.uploads(),
                content.sharedKey(),
                content.boundary());
    }

    /**
     * Reads the files and waits for them.
     *
     * @param names paths in the repository or archive; empty for the default names that exist
     */
    public Definition read(List<String> names) throws BuildkitException, InterruptedException {
        if (BakePaths.isRepository(address)) {
            return new Definition(result(FETCHED, result -> files(result, names)), address);
        }
        // A web server names the file.
        Optional<BakeFile> file = result(FETCHED, result -> result.names("/")
                .thenCompose(all -> all.size() == 1
                        ? unlessArchive(result, all.get(0))
                        : CompletableFuture.<Optional<BakeFile>>failedFuture(missing("a file"))));
        return file.isPresent()
                ? new Definition(List.of(file.get()), null)
                : new Definition(result(UNPACKED, result -> files(result, names)), "");
    }

    /** Reads the file at the address; the result is empty if it is an archive. */
    private CompletableFuture<Optional<BakeFile>> unlessArchive(FrontendResult result, String path) {
        return content(result, path)
                .thenCompose(bytes -> BakePaths.isArchive(bytes)
                        ? CompletableFuture.completedFuture(Optional.empty())
                        : file(path, address, bytes).thenApply(Optional::of));
    }

    private BuildkitException.InvalidRequestException missing(String what) {
        return new BuildkitException.InvalidRequestException("'" + address + "' has no " + what);
    }

    private CompletableFuture<List<BakeFile>> files(FrontendResult result, List<String> names) {
        CompletableFuture<List<String>> existing = names.isEmpty()
                ? result.names("/").thenApply(all -> BakeFiles.DEFAULT_NAMES.stream()
                        .filter(all::contains)
                        .toList())
                : CompletableFuture.completedFuture(names);
        return existing.thenCompose(paths -> {
            CompletableFuture<List<BakeFile>> files = CompletableFuture.completedFuture(List.of());
            for (String path : paths) {
                files = files.thenCompose(before -> content(result, path)
                        .thenCompose(bytes -> file(path, path, bytes))
                        .thenApply(file -> {
                            List<BakeFile> more = new ArrayList<>(before);
                            more.add(file);
                            return more;
                        }));
            }
            return files;
        });
    }

    /** Reads a file up to one byte more than it may have. */
    private static CompletableFuture<byte[]> content(FrontendResult result, String path) {
        return result.content(path, MOST_BYTES + 1);
    }

    /** Returns a file with this name and content, or a failure if it is too large. */
    private static CompletableFuture<BakeFile> file(String path, String name, byte[] content) {
        return content.length > MOST_BYTES
                ? CompletableFuture.failedFuture(new BuildkitException.InvalidRequestException(
                        "bake file '" + path + "' has more than " + MOST_BYTES + " bytes"))
                : CompletableFuture.completedFuture(new BakeFile(name, new String(content, StandardCharsets.UTF_8)));
    }

    /** Runs the frontend, and returns what a reader makes of its result. */
    private <T> T result(String stage, Function<FrontendResult, CompletableFuture<T>> reader)
            throws BuildkitException, InterruptedException {
        BuildRequest asked = request.withNewRef().withOptions(Map.of("target", stage));
        if (stage.equals(FETCHED)) {
            // A context that is no archive would be taken for the Dockerfile.
            asked = asked.withoutOption(CONTEXT);
        }
        try (BuildSession session = client.openOnProven(asked, content, BuildListener.NONE, List.of())) {
            FutureOutcome.get(session.opened(), BuildkitException.class);
            session.begin();
            CompletableFuture<T> read = new CompletableFuture<>();
            GatewayBuild build = client.gatewayBuild(
                    new FrontendInputs(session.request()),
                    session.id(),
                    BuildListener.NONE,
                    (answer, evaluation) -> reader.apply(answer).thenAccept(read::complete));
            try {
                FutureOutcome.get(build.result(), BuildkitException.class);
            } catch (BuildkitException e) {
                FutureOutcome.get(
                        CompletableFuture.failedFuture(session.failure().explaining(e)), BuildkitException.class);
            } finally {
                build.cancel();
            }
            return FutureOutcome.get(read, BuildkitException.class);
        }
    }
}
