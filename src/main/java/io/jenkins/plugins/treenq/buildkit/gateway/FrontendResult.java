// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.gateway;

import com.google.gson.JsonObject;
import com.google.protobuf.ByteString;
import io.jenkins.plugins.treenq.buildkit.wire.gateway.Ref;
import io.jenkins.plugins.treenq.buildkit.wire.gateway.Result;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * The result of a frontend: metadata, and for a build the file systems, which are not evaluated yet. Their definitions
 * can be the inputs of another build on the same daemon.
 */
public final class FrontendResult {
    private static final String CONFIG = "containerimage.config";

    private final Result result;
    private final Files files;

    /** Reads files of a file system of the result, by its ID. */
    interface Files {
        CompletableFuture<byte[]> content(String reference, String path, int mostBytes);

        CompletableFuture<List<String>> names(String reference, String folder);
    }

    FrontendResult(Result result, Files files) {
        this.result = result;
        this.files = files;
    }

    /**
     * Reads a file of the only file system of this result. The build steps are executed for that.
     *
     * @param mostBytes number of bytes after which the content is cut off
     */
    public CompletableFuture<byte[]> content(String path, int mostBytes) {
        return files.content(result.getRef().getId(), path, mostBytes);
    }

    /** Lists the names in a folder of the only file system of this result. The build steps are executed for that. */
    public CompletableFuture<List<String>> names(String folder) {
        return files.names(result.getRef().getId(), folder);
    }

    /** Returns the metadata by key, such as {@code result.json} and {@code result.txt} of a subrequest. */
    public Map<String, String> metadata() {
        Map<String, String> texts = new TreeMap<>();
        result.getMetadataMap().forEach((name, value) -> texts.put(name, value.toStringUtf8()));
        return texts;
    }

    /** Returns the IDs of the file systems that are not empty. */
    List<String> references() {
        List<Ref> all = new ArrayList<>(result.getRefs().getRefsMap().values());
        all.add(result.getRef());
        return all.stream().map(Ref::getId).filter(id -> !id.isEmpty()).toList();
    }

    /**
     * Makes this result a named context of another build, as buildx does ({@code waitContextDeps} in
     * {@code build/build.go}). A result for several platforms becomes a context for each of them.
     *
     * @param option option of the other build with the context, {@code context:NAME}
     * @param input name of the input, which is unique in the other build
     */
    public void addTo(FrontendInputs inputs, String option, String input) {
        if (result.hasRefs()) {
            inputs.remove(option);
            result.getRefs()
                    .getRefsMap()
                    .forEach((platform, ref) -> add(
                            inputs, option + "::" + platform, input + "::" + platform, ref, CONFIG + "/" + platform));
        } else {
            add(inputs, option, input, result.getRef(), CONFIG);
        }
    }

    private void add(FrontendInputs inputs, String option, String input, Ref ref, String config) {
        inputs.add(option, input, ref.getDef());
        ByteString image = result.getMetadataMap().get(config);
        if (image != null) {
            // The frontend of the other build reads a JSON object of Go's byte slices.
            JsonObject metadata = new JsonObject();
            metadata.addProperty(CONFIG, Base64.getEncoder().encodeToString(image.toByteArray()));
            inputs.describe(input, metadata.toString());
        }
    }
}
