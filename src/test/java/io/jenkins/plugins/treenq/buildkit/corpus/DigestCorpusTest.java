// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.corpus;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonParser;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.Export;
import io.jenkins.plugins.treenq.buildkit.LocalSource;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogins;
import io.jenkins.plugins.treenq.buildkit.session.Secrets;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same context and Dockerfile result in the same image, byte for byte, with this client and with buildctl. If the
 * build of one client fails, the build of the other fails, too.
 *
 * <p>The samples are generated from {@code -Dcorpus.seed}; {@code -Dcorpus.samples} is their number ({@code ./test
 * --long} uses 320), and {@code -Dcorpus.only=NUMBER} runs one of them. The test has its own daemon, because so
 * many builds would remove those of other tests from the history. Nothing is read from the cache. The daemon keeps
 * the files of this client and of buildctl apart, so that no client profits from the other. Steps of two builds at
 * the same time with the same files are one step for the daemon, even if only one can succeed. Therefore samples
 * with different results are compared again when no other build runs.
 */
@ParameterizedClass
@MethodSource("io.jenkins.plugins.treenq.buildkit.Daemon#all")
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the samples have names, modes and kinds that Windows does not know")
class DigestCorpusTest {
    private static final long SEED = Long.getLong("corpus.seed", 1);
    private static final int SAMPLES = Integer.getInteger("corpus.samples", 80);
    private static final int ONLY = Integer.getInteger("corpus.only", -1);
    private static final int BUILDS_AT_ONCE = 6;

    /** Making them small takes long. */
    private static final int MISMATCHES_SHOWN = 3;

    private static final String EPOCH = "build-arg:SOURCE_DATE_EPOCH";

    @Parameter
    Daemon daemon;

    @TempDir
    Path scratch;

    private BuildkitClient client;

    /** @param digest null if it failed */
    private record Outcome(String digest, String words) {
        @Override
        public String toString() {
            return (digest == null ? "failed, " : digest) + RawText.quoted(words);
        }
    }

    private record Comparison(Sample sample, Outcome ours, Outcome theirs) {
        boolean agrees() {
            return ours.digest == null ? theirs.digest == null : ours.digest.equals(theirs.digest);
        }

        @Override
        public String toString() {
            return "buildctl: %s%nhere:     %s%n%s".formatted(theirs, ours, sample);
        }
    }

    @Test
    void everySampleHasTheDigestOfBuildctl() throws Exception {
        assumeTrue("UTF-8".equals(System.getProperty("sun.jnu.encoding")), "Java could not make the samples");
        String name = "corpus-" + daemon.version();
        daemon = daemon.another(name);
        ExecutorService threads = Executors.newFixedThreadPool(BUILDS_AT_ONCE);
        try (BuildkitClient connected = BuildkitClient.connect(daemon.endpoint())) {
            client = connected;
            ProcessHandle process = ProcessHandle.of(daemon.pid()).orElseThrow();
            List<Future<Comparison>> results = new ArrayList<>();
            for (int number : ONLY < 0 ? IntStream.range(0, SAMPLES).toArray() : new int[] {ONLY}) {
                results.add(threads.submit(() -> compare(SampleGenerator.sample(SEED, number))));
            }
            List<Sample> disturbed = new ArrayList<>();
            int built = 0;
            for (Future<Comparison> result : results) {
                Comparison comparison = result.get();
                built += comparison.theirs.digest == null ? 0 : 1;
                if (!comparison.agrees()) {
                    disturbed.add(comparison.sample);
                }
            }
            List<Comparison> mismatches = disturbed.stream()
                    .map(this::comparison)
                    .filter(comparison -> !comparison.agrees())
                    .toList();
            assertTrue(process.isAlive(), "the daemon has ended, so both clients failed in the same way");
            assertTrue(mismatches.isEmpty(), () -> report(mismatches));
            assertTrue(ONLY >= 0 || built > results.size() / 2, "only " + built + " samples could be built at all");
        } finally {
            threads.shutdownNow();
            daemon.down(name);
        }
    }

    private String report(List<Comparison> mismatches) {
        StringBuilder report = new StringBuilder("%d samples of seed %d differ".formatted(mismatches.size(), SEED));
        mismatches.forEach(mismatch -> report.append(
                "%n%d, buildctl: %s, here: %s".formatted(mismatch.sample.number(), mismatch.theirs, mismatch.ours)));
        mismatches.stream()
                .limit(MISMATCHES_SHOWN)
                .map(mismatch -> Shrinker.smallest(
                        mismatch.sample, smaller -> !comparison(smaller).agrees()))
                .forEachOrdered(smallest -> report.append("%n%n%s".formatted(comparison(smallest))));
        return report.toString();
    }

    private Comparison comparison(Sample sample) {
        try {
            return compare(sample);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private Comparison compare(Sample sample) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory(scratch, "sample");
        try (SampleFolder written = new SampleFolder(folder, sample)) {
            return new Comparison(sample, ours(sample, written), theirs(sample, written));
        }
    }

    private Outcome ours(Sample sample, SampleFolder written) throws InterruptedException {
        BuildRequest request = BuildRequest.builder()
                .option(EPOCH, Long.toString(SampleGenerator.EPOCH))
                .option("filename", sample.place().dockerfile)
                .option("no-cache", "")
                .exports(List.of(new Export("image", Map.of("rewrite-timestamp", "true"))))
                .build();
        SessionContent content = new SessionContent(
                Map.of(
                        "context", new LocalSource.Folder(written.context()),
                        "dockerfile", new LocalSource.Folder(written.dockerfileFolder())),
                RegistryLogins.NONE,
                Secrets.NONE,
                Thread.currentThread().getName());
        try {
            return new Outcome(
                    client.build(request, content, BuildListener.NONE)
                            .digest()
                            .orElseThrow()
                            .value(),
                    "");
        } catch (BuildkitException e) {
            return new Outcome(null, e.getMessage());
        }
    }

    private Outcome theirs(Sample sample, SampleFolder written) throws IOException, InterruptedException {
        Path metadata = Files.createTempFile(scratch, "metadata", ".json");
        Process process = new ProcessBuilder(daemon.buildctlLine(List.of(
                        "build",
                        "--frontend=dockerfile.v0",
                        "--progress=quiet",
                        "--no-cache",
                        "--opt=" + EPOCH + "=" + SampleGenerator.EPOCH,
                        "--opt=filename=" + sample.place().dockerfile,
                        "--local=context=" + written.context(),
                        "--local=dockerfile=" + written.dockerfileFolder(),
                        "--output=type=image,rewrite-timestamp=true",
                        "--metadata-file=" + metadata)))
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String words = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (process.waitFor() != 0) {
            return new Outcome(null, words);
        }
        String digest = JsonParser.parseString(Files.readString(metadata))
                .getAsJsonObject()
                .get("containerimage.digest")
                .getAsString();
        return new Outcome(digest, words);
    }
}
