// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.grpc.ServerServiceDefinition;
import io.jenkins.plugins.treenq.buildkit.BuildEvent;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Export;
import io.jenkins.plugins.treenq.buildkit.Output;
import io.jenkins.plugins.treenq.buildkit.content.ContentService;
import io.jenkins.plugins.treenq.buildkit.content.LayoutIndex;
import io.jenkins.plugins.treenq.buildkit.files.FileErrors;
import io.jenkins.plugins.treenq.buildkit.files.RootedPath;
import io.jenkins.plugins.treenq.buildkit.filesend.FileSendService;
import io.jenkins.plugins.treenq.buildkit.filesend.FolderOptions;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Receives the results of one build and provides its OCI layouts and local caches. This class creates the session's
 * services for them and updates the layouts' indexes, which are the client's task ({@code client/solve.go}). A build
 * without results, layouts and local caches needs no services.
 */
final class ResultReceiver implements AutoCloseable {
    /** The daemon uses this store ID for every OCI layout that it exports. */
    private static final String EXPORT_STORE = "export";

    /** These attributes of a local export are options of the client; the daemon's exporter does not know them. */
    private static final String SETUID = "setuid";

    private static final String DEVICES = "devices";

    private final BuildRequest request;
    private final LocalCaches caches;
    private final Path boundary;
    private final BuildListener listener;
    private final List<BuildEvent> skipped;
    private final List<ServerServiceDefinition> services = new ArrayList<>();
    private FileSendService files;
    private RootedPath exported;

    private ResultReceiver(
            BuildRequest request, LocalCaches caches, Path boundary, List<BuildEvent> skipped, BuildListener listener) {
        this.skipped = skipped;
        this.request = request;
        this.caches = caches;
        this.boundary = boundary;
        this.listener = listener;
    }

    /**
     * Checks that every exporter has the output that it needs, and looks up local caches.
     *
     * @param onFailure receives failures to write results or to read layouts
     * @param listener receives warnings: {@link #begin} sends warnings about caches that cannot be imported, and
     *     {@link #finish} sends warnings about files that could not be written completely
     * @throws BuildkitException.InvalidRequestException if the request and the content of the session do not match
     */
    static ResultReceiver of(
            BuildRequest request,
            SessionContent content,
            Executor executor,
            Consumer<Throwable> onFailure,
            BuildListener listener)
            throws BuildkitException.InvalidRequestException {
        List<BuildEvent> skipped = new ArrayList<>();
        LocalCaches caches = LocalCaches.of(
                request.cacheImports(),
                request.cacheExports(),
                content.layouts(),
                content.boundary(),
                (folder, reason) -> skipped.addAll(skipped(folder, reason)));
        ResultReceiver results = new ResultReceiver(
                request.withCache(caches.imports(), caches.exports()), caches, content.boundary(), skipped, listener);
        results.serveOutputs(content.outputs(), executor, onFailure);
        results.serveLayouts(content.layouts(), onFailure);
        return results;
    }

    private void serveOutputs(Map<Integer, Output> outputs, Executor executor, Consumer<Throwable> onFailure)
            throws BuildkitException.InvalidRequestException {
        Map<Integer, Output> sent = new HashMap<>();
        Map<Integer, FolderOptions> options = new HashMap<>();
        for (int i = 0; i < request.exports().size(); i++) {
            Export export = request.exports().get(i);
            Output output = outputs.get(i);
            if (output != null && !fits(export, output) || output == null && needsOutput(export)) {
                throw new BuildkitException.InvalidRequestException("exporter '" + export.type() + "' " + need(export));
            }
            if (output instanceof Output.Layout layout) {
                if (exported != null) {
                    throw new BuildkitException.InvalidRequestException(
                            "only one output of a build can be an OCI layout");
                }
                exported = new RootedPath(layout.path(), boundary);
            } else if (output != null) {
                sent.put(i, output);
            }
            if (export.type().equals("local")) {
                options.put(i, options(export));
            }
        }
        if (!sent.isEmpty()) {
            files = new FileSendService(sent, options, boundary, executor, onFailure);
            services.add(files.definition());
        }
    }

    private static boolean needsOutput(Export export) {
        return Set.of("local", "tar", "oci", "docker").contains(export.type());
    }

    private static boolean fits(Export export, Output output) {
        return switch (export.type()) {
            case "local" -> output instanceof Output.Folder;
            case "tar" -> output instanceof Output.Stream;
            case "oci", "docker" ->
                isArchive(export) ? output instanceof Output.Stream : output instanceof Output.Layout;
            default -> false;
        };
    }

    private static String need(Export export) {
        return switch (export.type()) {
            case "local" -> "needs a folder to write to";
            case "tar" -> "needs a file to write to";
            case "oci", "docker" ->
                isArchive(export)
                        ? "needs a file to write to, or tar=false and a folder"
                        : "with tar=false needs a folder to write to";
            default -> "has no result that can be written to a file or folder";
        };
    }

    static boolean isArchive(Export export) {
        return GoBooleans.parse(export.attributes().getOrDefault("tar", "true")).orElse(true);
    }

    private static FolderOptions options(Export export) throws BuildkitException.InvalidRequestException {
        return new FolderOptions(isMirror(export), isTrue(export, SETUID), isTrue(export, DEVICES));
    }

    private static boolean isTrue(Export export, String key) throws BuildkitException.InvalidRequestException {
        String value = export.attributes().getOrDefault(key, "false");
        return GoBooleans.parse(value)
                .orElseThrow(() -> new BuildkitException.InvalidRequestException(
                        "'" + value + "' is not a value for " + key + "; write true or false"));
    }

    private static Export withoutClientOptions(Export export) {
        if (!export.type().equals("local")) {
            return export;
        }
        Map<String, String> attributes = new HashMap<>(export.attributes());
        attributes.keySet().removeAll(Set.of(SETUID, DEVICES));
        return new Export(export.type(), attributes);
    }

    private static boolean isMirror(Export export) throws BuildkitException.InvalidRequestException {
        String mode = export.attributes().getOrDefault("mode", "").strip().toLowerCase(Locale.ROOT);
        if (!Set.of("", "copy", "delete").contains(mode)) {
            throw new BuildkitException.InvalidRequestException(
                    "'" + mode + "' is not a mode of the local exporter; write copy or delete");
        }
        return mode.equals("delete");
    }

    private void serveLayouts(Map<String, Path> layouts, Consumer<Throwable> onFailure)
            throws BuildkitException.InvalidRequestException {
        Map<String, RootedPath> stores = new HashMap<>();
        for (Map.Entry<String, Path> layout : layouts.entrySet()) {
            if (layout.getKey().startsWith("oci:")) {
                if (!Files.isDirectory(layout.getValue())) {
                    throw new BuildkitException.InvalidRequestException(
                            "there is no OCI layout at '" + layout.getValue() + "'");
                }
                stores.put(layout.getKey(), new RootedPath(layout.getValue(), boundary));
            }
        }
        stores.putAll(caches.folders());
        Set<String> written = new HashSet<>(caches.written());
        if (exported != null) {
            stores.put(EXPORT_STORE, exported);
            written.add(EXPORT_STORE);
        }
        if (!stores.isEmpty()) {
            services.add(new ContentService(stores, written, onFailure).intercepted());
        }
    }

    /** Returns the request as it is sent to the daemon. */
    BuildRequest request() {
        return request.withExports(request.exports().stream()
                .map(ResultReceiver::withoutClientOptions)
                .toList());
    }

    /** Returns the services for the session, and the other service. */
    List<ServerServiceDefinition> servicesAnd(ServerServiceDefinition other) {
        List<ServerServiceDefinition> all = new ArrayList<>(services);
        all.add(other);
        return all;
    }

    /** Sends the listener the warnings that were found before the build. */
    void begin() {
        skipped.forEach(listener::onEvent);
    }

    /**
     * Completes the results after the daemon has reported success.
     *
     * @param response response of the exporters
     */
    void finish(Map<String, String> response) throws BuildkitException {
        if (files != null) {
            files.finish();
            files.warnings().forEach((export, warning) -> BuildEvent.notice(
                            "output:" + export, "[internal] writing output", warning)
                    .forEach(listener::onEvent));
        }
        String cache = response.getOrDefault("cache.manifest", "");
        if (!cache.isEmpty()) {
            caches.finish(cache);
        }
        String image = response.getOrDefault("containerimage.descriptor", "");
        if (!image.isEmpty() && exported != null) {
            name(exported, image, response.get("image.name"));
        }
    }

    private static void name(RootedPath layout, String descriptor, String images) throws BuildkitException {
        List<LayoutIndex.Name> names = images == null
                ? List.of(LayoutIndex.Name.ofTag("latest"))
                : Stream.of(images.split(",")).map(LayoutIndex.Name::ofImage).toList();
        try {
            new LayoutIndex(layout)
                    .put(new String(Base64.getDecoder().decode(descriptor), StandardCharsets.UTF_8), names);
        } catch (IOException | IllegalArgumentException e) {
            throw new BuildkitException.OutputUnwritableException(
                    "the index of '" + layout + "' cannot be written: " + FileErrors.reason(e), e);
        }
    }

    /**
     * Returns a warning about a local cache as the events of a vertex, because the warning explains why other vertices
     * are not cached.
     */
    private static List<BuildEvent> skipped(String folder, String reason) {
        return BuildEvent.notice(
                "local-cache:" + folder,
                "[internal] importing cache from " + folder,
                "cache in " + folder + " is not used: " + reason);
    }

    @Override
    public void close() {
        if (files != null) {
            files.close();
        }
    }
}
