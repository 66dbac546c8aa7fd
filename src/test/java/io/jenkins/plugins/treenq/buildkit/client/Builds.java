// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.jenkins.plugins.treenq.buildkit.BuildEvent;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildResult;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.Export;
import io.jenkins.plugins.treenq.buildkit.LocalSource;
import io.jenkins.plugins.treenq.buildkit.control.BuildRecord;
import io.jenkins.plugins.treenq.buildkit.control.HistoryQuery;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogins;
import io.jenkins.plugins.treenq.buildkit.session.Secrets;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Helpers to build in tests of the client. */
public final class Builds {
    /** Makes images of the same input equal for all clients. */
    static final Map<String, String> REPRODUCIBLE = Map.of("build-arg:SOURCE_DATE_EPOCH", "1700000000");

    private Builds() {}

    public static SessionContent content(Path folder, RegistryLogins logins) {
        LocalSource.Folder source = new LocalSource.Folder(folder);
        return new SessionContent(Map.of("context", source, "dockerfile", source), logins, Secrets.NONE, "");
    }

    public static BuildRequest.Builder request(Export... exports) {
        return BuildRequest.builder().options(REPRODUCIBLE).exports(List.of(exports));
    }

    public static Export push(String name) {
        return new Export("image", Map.of("name", name, "push", "true", "rewrite-timestamp", "true"));
    }

    public static Path dockerfile(Path folder, String text) throws IOException {
        Files.writeString(folder.resolve("Dockerfile"), text);
        return folder;
    }

    /** Builds without exporting anything. */
    static BuildResult check(Daemon daemon, Path folder, BuildListener listener)
            throws BuildkitException, InterruptedException, IOException {
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            return client.build(request().build(), content(folder, daemon.logins()), listener);
        }
    }

    /** The daemon writes the end of a build to its history shortly after the call has ended. */
    static BuildRecord awaitEnd(BuildkitClient client, String ref) throws Exception {
        for (long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(5); System.nanoTime() < deadline; ) {
            // A daemon that has made thousands of builds takes long to list all of them.
            if (client.history(new HistoryQuery(ref, true, List.of(), 0)).isEmpty()) {
                Optional<BuildRecord> record = client.history(ref);
                if (record.isPresent() && record.get().completed() != null) {
                    return record.get();
                }
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        throw new AssertionError("the history does not contain the end of build " + ref);
    }

    /** Returns the digest that buildctl reports for the same build. */
    static String buildctlDigest(Daemon daemon, Path folder, Path scratch, String name)
            throws IOException, InterruptedException {
        Path metadata = scratch.resolve("metadata.json");
        List<String> arguments = new ArrayList<>(List.of(
                "build",
                "--frontend=dockerfile.v0",
                "--progress=plain",
                "--local=context=" + folder,
                "--local=dockerfile=" + folder,
                "--output=type=image,name=" + name + ",push=true,rewrite-timestamp=true",
                "--metadata-file=" + metadata));
        REPRODUCIBLE.forEach((key, value) -> arguments.add("--opt=" + key + "=" + value));
        daemon.buildctl(scratch, arguments);
        return com.google.gson.JsonParser.parseString(Files.readString(metadata))
                .getAsJsonObject()
                .get("containerimage.digest")
                .getAsString();
    }

    /** Records a build's output; a test can wait for a part of it. */
    static final class Log implements BuildListener {
        private final StringBuffer text = new StringBuffer();
        private final String awaited;
        private final CountDownLatch seen = new CountDownLatch(1);

        Log() {
            this("");
        }

        Log(String awaited) {
            this.awaited = awaited;
        }

        @Override
        public void onEvent(BuildEvent event) {
            if (event instanceof BuildEvent.Output output) {
                text.append(output.text());
                if (text.indexOf(awaited) >= 0) {
                    seen.countDown();
                }
            }
        }

        boolean awaitText() throws InterruptedException {
            return seen.await(1, TimeUnit.MINUTES);
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }
}
