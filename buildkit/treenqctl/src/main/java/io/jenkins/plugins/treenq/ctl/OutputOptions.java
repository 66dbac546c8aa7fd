// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import io.jenkins.plugins.treenq.buildkit.Export;
import io.jenkins.plugins.treenq.buildkit.Output;
import io.jenkins.plugins.treenq.buildkit.client.GoBooleans;
import io.jenkins.plugins.treenq.buildkit.files.RootedPath;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import picocli.CommandLine.TypeConversionException;

/**
 * The option {@code --output} with the syntax of buildctl ({@code cmd/buildctl/build/output.go}) and with the short
 * forms of buildx: a folder, or {@code -} for a tar archive on standard output.
 *
 * @param exports the exporters for the build request
 * @param outputs the destinations of the results that the client receives, by the index of the exporter
 * @param places the files and folders of these destinations, by the same index
 */
record OutputOptions(List<Export> exports, Map<Integer, Output> outputs, Map<Integer, Path> places) {
    private static final String STDOUT = "-";

    /**
     * Parses the options.
     *
     * @param terminal whether standard output is a terminal, to which no archive is written
     */
    static OutputOptions read(List<String> texts, BooleanSupplier terminal) {
        List<Export> exports = new ArrayList<>();
        Map<Integer, Output> outputs = new HashMap<>();
        Map<Integer, Path> places = new TreeMap<>();
        int streams = 0;
        for (String text : texts) {
            Map<String, String> attributes = attributes(text);
            String type = attributes.remove("type");
            if (type == null) {
                throw new TypeConversionException("--output '" + text + "' has no type=…");
            }
            if (attributes.containsKey("output")) {
                throw new TypeConversionException("--output takes dest=" + attributes.get("output") + ", not output=");
            }
            String destination = attributes.getOrDefault("dest", "");
            boolean archive = type.equals("tar") || isImage(type) && isArchive(attributes);
            if (archive || isImage(type) || type.equals("local")) {
                attributes.remove("dest");
                if (archive && toStdout(destination) && ++streams > 1) {
                    throw new TypeConversionException("only one output can go to standard output");
                }
                if (!archive || !toStdout(destination)) {
                    places.put(exports.size(), Path.of(destination));
                }
                outputs.put(exports.size(), output(type, archive, destination, terminal));
            } else if (!destination.isEmpty()) {
                throw new TypeConversionException(
                        "dest=" + destination + " is not supported by the " + type + " exporter");
            }
            exports.add(new Export(type, attributes));
        }
        return new OutputOptions(List.copyOf(exports), Map.copyOf(outputs), places);
    }

    /** Returns the folders that the build creates. */
    List<Path> folders() {
        return places.entrySet().stream()
                .filter(place -> !(outputs.get(place.getKey()) instanceof Output.Stream))
                .map(Map.Entry::getValue)
                .toList();
    }

    /** Checks before a build whether its outputs can be written after the build. */
    void requireFolders() {
        places.forEach((index, place) -> {
            if (outputs.get(index) instanceof Output.Stream) {
                requireWritable(place);
            } else if (Files.exists(place) && !Files.isDirectory(place)) {
                throw new TypeConversionException("--output dest " + place + " is a file; name a folder");
            }
        });
    }

    /** An existing file, such as a device, is written to directly, so no permission for its folder is needed. */
    private void requireWritable(Path file) {
        if (!Files.exists(file)) {
            AtomicFile.requireFolder("--output dest", file, folders());
        } else if (!Files.isWritable(file)) {
            throw new TypeConversionException("--output dest " + file + " cannot be written: permission denied");
        }
    }

    private static Map<String, String> attributes(String text) {
        if (text.equals(STDOUT)) {
            return new LinkedHashMap<>(Map.of("type", "tar", "dest", STDOUT));
        }
        if (!text.isEmpty() && text.indexOf('=') < 0 && text.indexOf(',') < 0) {
            return new LinkedHashMap<>(Map.of("type", "local", "dest", text));
        }
        return new LinkedHashMap<>(KeyValues.parse(text));
    }

    private static boolean isImage(String type) {
        return Set.of("oci", "docker").contains(type);
    }

    private static boolean isArchive(Map<String, String> attributes) {
        return GoBooleans.parse(attributes.getOrDefault("tar", "")).orElse(true);
    }

    private static boolean toStdout(String destination) {
        return destination.isEmpty() || destination.equals(STDOUT);
    }

    private static Output output(String type, boolean archive, String destination, BooleanSupplier terminal) {
        if (!archive) {
            if (destination.isEmpty()) {
                throw new TypeConversionException("the " + type + " exporter needs dest=FOLDER");
            }
            Path folder = Path.of(destination);
            return type.equals("local") ? new Output.Folder(folder) : new Output.Layout(folder);
        }
        if (toStdout(destination)) {
            if (terminal.getAsBoolean()) {
                throw new TypeConversionException(
                        "the " + type + " exporter needs dest=FILE; an archive is not written to a terminal");
            }
            return new Output.Stream(OutputOptions::stdout);
        }
        Path file = Path.of(destination);
        if (Files.isDirectory(file)) {
            throw new TypeConversionException(destination + " is a folder; the " + type + " exporter writes a file");
        }
        return new Output.Stream(() -> file(file));
    }

    /**
     * Opens a file for an archive. A symlink to a regular file is rejected, because an earlier result may have created
     * it. A symlink to a terminal, pipe or device is accepted, such as {@code /dev/stdout}, because no file is
     * overwritten through it.
     */
    private static OutputStream file(Path file) throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            return Files.newOutputStream(file);
        }
        if (Files.isSymbolicLink(file)) {
            throw new FileSystemException(file.toString(), null, "it is a link; specify the path of the file itself");
        }
        return Channels.newOutputStream(new RootedPath(file, null).write());
    }

    /**
     * Returns standard output without the buffer and encoding of System.out. It stays open after the archive has ended.
     */
    private static OutputStream stdout() {
        return new FilterOutputStream(new FileOutputStream(FileDescriptor.out)) {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                out.write(bytes, offset, length);
            }

            @Override
            public void close() throws IOException {
                flush();
            }
        };
    }
}
