// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildResult;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.Registry;
import io.jenkins.plugins.treenq.buildkit.control.Attestation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Attestations by a real daemon, in the registry and in its history. */
@ParameterizedClass
@MethodSource("io.jenkins.plugins.treenq.buildkit.Daemon#all")
class AttestationsTest {
    @Parameter
    Daemon daemon;

    @TempDir
    Path folder;

    private BuildkitClient client;

    @BeforeEach
    void connect() throws Exception {
        client = BuildkitClient.connect(daemon.endpoint());
    }

    @org.junit.jupiter.api.AfterEach
    void disconnect() {
        client.close();
    }

    private String repository(String name) {
        return "client/" + name + "-" + daemon.version();
    }

    private BuildResult build(String dockerfile, BuildRequest.Builder request) throws Exception {
        return client.build(
                request.build(),
                Builds.content(Builds.dockerfile(folder, dockerfile), daemon.logins()),
                BuildListener.NONE);
    }

    private BuildRequest.Builder pushed(String name) {
        return Builds.request(Builds.push(daemon.registry() + "/" + repository(name) + ":1"));
    }

    /** Returns the statements of an index in the registry by predicate type. */
    private List<JsonObject> statements(String name, String predicate) throws Exception {
        Registry registry = new Registry(daemon);
        List<JsonObject> found = new ArrayList<>();
        for (JsonElement manifest :
                json(registry.text(repository(name), "manifests/1")).getAsJsonArray("manifests")) {
            JsonObject image = json(registry.text(
                    repository(name),
                    "manifests/" + manifest.getAsJsonObject().get("digest").getAsString()));
            for (JsonElement layer : image.getAsJsonArray("layers")) {
                JsonObject annotations = layer.getAsJsonObject().getAsJsonObject("annotations");
                if (annotations != null
                        && annotations.has("in-toto.io/predicate-type")
                        && annotations
                                .get("in-toto.io/predicate-type")
                                .getAsString()
                                .startsWith(predicate)) {
                    found.add(json(registry.text(
                            repository(name),
                            "blobs/" + layer.getAsJsonObject().get("digest").getAsString())));
                }
            }
        }
        return found;
    }

    private static JsonObject json(String text) {
        return JsonParser.parseString(text).getAsJsonObject();
    }

    @Test
    void provenanceIsPushedWithTheImageAndReadBackFromTheHistory() throws Exception {
        BuildRequest.Builder request = pushed("provenance")
                .option("attest:provenance", "mode=max,builder-id=https://jenkins.example.com/job/1")
                .option("build-arg:FLAVOUR", "vanilla");
        BuildResult result = build("FROM busybox\nARG FLAVOUR\nRUN echo $FLAVOUR > /made\n", request);

        JsonObject statement =
                statements("provenance", "https://slsa.dev/provenance/").get(0);
        assertTrue(statement.toString().contains("https://jenkins.example.com/job/1"), statement.toString());
        assertTrue(statement.toString().contains("vanilla"), statement.toString());
        // With mode=max, the provenance also contains the build steps.
        assertTrue(statement.toString().contains("llbDefinition"), statement.toString());

        List<Attestation> provenance = client.provenance(result.ref());
        assertEquals(1, provenance.size());
        assertEquals("", provenance.get(0).platform());
        JsonObject predicate = json(provenance.get(0).json());
        assertTrue(provenance.get(0).predicateType().startsWith("https://slsa.dev/provenance/v"));
        assertTrue(predicate.toString().contains("https://jenkins.example.com/job/1"), predicate.toString());
        assertTrue(predicate.toString().contains("vanilla"), predicate.toString());
        assertTrue(predicate.toString().contains("busybox"), predicate.toString());
    }

    @Test
    void attestationsAreOptionalInTheImageAndAlwaysInTheHistory() throws Exception {
        BuildResult result = build("FROM scratch\nCOPY Dockerfile /\n", pushed("plain"));
        assertTrue(json(new Registry(daemon).text(repository("plain"), "manifests/1"))
                .has("layers"));
        assertEquals(1, client.provenance(result.ref()).size());
    }

    @Test
    void eachPlatformHasItsOwnProvenance() throws Exception {
        BuildResult result = build(
                "FROM scratch\nCOPY Dockerfile /\n", pushed("platforms").option("platform", "linux/amd64,linux/arm64"));
        assertEquals(
                List.of("linux/amd64", "linux/arm64"),
                client.provenance(result.ref()).stream()
                        .map(Attestation::platform)
                        .toList());
    }

    @Test
    void theSelectedScannerCreatesTheSbom() throws Exception {
        Files.writeString(folder.resolve("scan"), """
                echo '{"_type":"https://in-toto.io/Statement/v0.1","predicateType":"https://spdx.dev/Document",\
                "predicate":{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","name":"found by the scanner"}}' \
                > $BUILDKIT_SCAN_DESTINATION/$(basename $BUILDKIT_SCAN_SOURCE).spdx.json
                """);
        String scanner = daemon.registry() + "/" + repository("scanner") + ":1";
        build("FROM busybox\nCOPY scan /scan\nENTRYPOINT [\"/bin/sh\", \"/scan\"]\n", pushed("scanner"));

        build("FROM scratch\nCOPY Dockerfile /\n", pushed("sbom").option("attest:sbom", "generator=" + scanner));
        JsonObject statement = statements("sbom", "https://spdx.dev/Document").get(0);
        assertTrue(statement.toString().contains("found by the scanner"), statement.toString());
    }

    @Test
    void anUnknownBuildHasNoProvenance() {
        BuildkitException failure =
                assertThrows(BuildkitException.InvalidRequestException.class, () -> client.provenance("no-such-build"));
        assertTrue(failure.getMessage().contains("no-such-build"), failure.getMessage());
    }
}
