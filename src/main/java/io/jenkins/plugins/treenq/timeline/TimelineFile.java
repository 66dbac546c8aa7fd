// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.timeline;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.TypeAdapter;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonWriter;
import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.util.AtomicFileWriter;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;

/** A timeline on the controller's disk, as JSON. */
final class TimelineFile {
    private static final Logger LOGGER = Logger.getLogger(TimelineFile.class.getName());

    /** The maximum size of a file, which is several times the size that {@link ProgressLimits} allow. */
    static final long MOST_BYTES = 32 << 20;

    private static final Gson GSON = new GsonBuilder()
            .registerTypeAdapter(Instant.class, new Milliseconds().nullSafe())
            .disableHtmlEscaping()
            .create();

    private TimelineFile() {}

    /** Converts times to milliseconds since 1970. */
    private static final class Milliseconds extends TypeAdapter<Instant> {
        @Override
        public void write(JsonWriter out, Instant time) throws IOException {
            out.value(time.toEpochMilli());
        }

        @Override
        public Instant read(JsonReader in) throws IOException {
            return Instant.ofEpochMilli(in.nextLong());
        }
    }

    /** Writes the file atomically, so that after a crash the file has either the old content or the new one. */
    static void write(Path file, Timeline timeline) throws IOException {
        try {
            // Parent folders are not created, because the run may have been deleted.
            Files.createDirectory(Objects.requireNonNull(file.getParent()));
        } catch (FileAlreadyExistsException e) {
            // The folder already exists.
        }
        try (AtomicFileWriter out = new AtomicFileWriter(file, StandardCharsets.UTF_8)) {
            try {
                GSON.toJson(timeline, out);
                out.commit();
            } finally {
                out.abort();
            }
        }
    }

    /** Parses a timeline. */
    private interface Parser {
        @CheckForNull
        Timeline parse(Reader in) throws IOException;
    }

    /** Reads a timeline. Empty if there is none, or if it cannot be read. */
    static Optional<Timeline> read(Path file) {
        return read(file, in -> GSON.fromJson(in, Timeline.class));
    }

    /** Reads a timeline without loading its steps. Empty if there is none, or if it cannot be read. */
    static Optional<Timeline> readWithoutSteps(Path file) {
        return read(file, TimelineFile::parseWithoutSteps);
    }

    private static Timeline parseWithoutSteps(Reader in) throws IOException {
        Timeline.Beginning beginning = null;
        Timeline.End end = null;
        boolean isProgress = false;
        JsonReader json = GSON.newJsonReader(in);
        json.beginObject();
        // The start and the end are written before all other values, so that the rest need not be parsed.
        while (!isProgress && json.hasNext()) {
            switch (json.nextName()) {
                case "beginning" -> beginning = GSON.fromJson(json, Timeline.Beginning.class);
                case "end" -> end = GSON.fromJson(json, Timeline.End.class);
                default -> isProgress = true;
            }
        }
        return Timeline.withoutSteps(Objects.requireNonNull(beginning), end);
    }

    /** Returns the size of the file in bytes; 0 if there is none. */
    static long sizeBytes(Path file) {
        return file.toFile().length();
    }

    private static Optional<Timeline> read(Path file, Parser parser) {
        try {
            long bytes = Files.size(file);
            if (bytes > MOST_BYTES) {
                LOGGER.warning(() ->
                        file + " is not read: it has " + bytes + " bytes, which is more than a timeline can have");
                return Optional.empty();
            }
            try (Reader in = Files.newBufferedReader(file)) {
                return Optional.ofNullable(checked(parser.parse(in)));
            }
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException | RuntimeException e) {
            // Gson throws various exceptions if a file was changed by hand.
            LOGGER.log(Level.WARNING, e, () -> file + " cannot be read");
            return Optional.empty();
        }
    }

    @CheckForNull
    private static Timeline checked(@CheckForNull Timeline read) {
        if (read == null) {
            return null;
        }
        Timeline.Beginning beginning = read.beginning();
        Timeline.End end = read.end();
        return new Timeline(
                new Timeline.Beginning(
                        beginning.number(),
                        Objects.requireNonNull(beginning.ref()),
                        Objects.requireNonNull(beginning.subject()),
                        Objects.requireNonNull(beginning.builder()),
                        Objects.requireNonNull(ProgressLimits.time(beginning.time()))),
                end == null
                        ? null
                        : new Timeline.End(
                                Objects.requireNonNull(ProgressLimits.time(end.time())),
                                Objects.requireNonNull(end.state()),
                                Objects.requireNonNull(end.failure()),
                                Objects.requireNonNull(end.digest()),
                                Math.max(0, end.continuedBy())),
                ProgressLimits.checked(read.progress()),
                read.marks(),
                ProgressLimits.time(read.stepsStart()),
                RecordLimits.checked(read.source()),
                RecordLimits.checked(read.image()));
    }
}
