// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.corpus;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;

/** A sample on disk. Closing it deletes it. */
final class SampleFolder implements AutoCloseable {
    private static final boolean ROOT = "root".equals(System.getProperty("user.name"));
    private static final SplittableRandom RUNS = new SplittableRandom();

    /** The kernel's limit for the name of a socket, which a move does not have. */
    private static final String SOCKET = "s";

    private final Path root;
    private final Sample sample;
    private final String run = HexFormat.of().toHexDigits(RUNS.nextLong());
    /** A shell script that creates the files that Java cannot create. */
    private final ByteArrayOutputStream script = new ByteArrayOutputStream();

    /** @param root an empty folder */
    SampleFolder(Path root, Sample sample) throws IOException, InterruptedException {
        this.root = root;
        this.sample = sample;
        write();
    }

    Path context() {
        return root.resolve(sample.place() == Sample.Place.CONTEXT_LINKED ? "link" : "context");
    }

    Path dockerfileFolder() {
        return sample.place() == Sample.Place.APART ? root.resolve("dockerfile") : context();
    }

    private void write() throws IOException, InterruptedException {
        Path context = Files.createDirectory(root.resolve("context"));
        if (sample.place() == Sample.Place.CONTEXT_LINKED) {
            Files.createSymbolicLink(root.resolve("link"), Path.of("context"));
        }
        boolean linked = sample.place() == Sample.Place.LINKED;
        Path dockerfile = dockerfileFolder().resolve(sample.place().dockerfile);
        writeLines(dockerfile, sample.steps(), linked);
        if (sample.namedIgnores() != null) {
            writeLines(
                    dockerfile.resolveSibling(dockerfile.getFileName() + ".dockerignore"),
                    sample.namedIgnores(),
                    linked);
        }
        if (sample.ignores() != null) {
            writeLines(context.resolve(".dockerignore"), sample.ignores(), linked);
        }
        List<SampleEntry> made = new ArrayList<>();
        for (SampleEntry thing : sample.things()) {
            if (make(context, thing)) {
                made.add(thing);
            }
        }
        runScript();
        // The entries of a folder come before the folder, because they change its time.
        Collections.reverse(made);
        for (SampleEntry thing : made) {
            setAttributes(resolve(context, thing.path()), thing);
        }
        runScript();
    }

    private void writeLines(Path file, List<String> lines, boolean linked) throws IOException {
        Path target = file;
        if (linked) {
            target = file.resolveSibling("real").resolve(file.getFileName().toString());
            Files.createSymbolicLink(file, Path.of("real", file.getFileName().toString()));
        }
        Files.createDirectories(target.getParent());
        Files.write(target, RawText.bytes(named(String.join("\n", lines) + "\n")));
    }

    private String named(String text) {
        return text.replace(Sample.RUN, run);
    }

    private Path resolve(Path context, String path) {
        return RawText.resolve(context, named(path));
    }

    /** Returns false if another file, such as the Dockerfile, already has the path. */
    private boolean make(Path context, SampleEntry thing) throws IOException {
        Path path = resolve(context, thing.path());
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try {
            Files.createDirectories(path.getParent());
        } catch (FileAlreadyExistsException e) {
            return false;
        }
        switch (thing.kind()) {
            case FILE -> Files.write(path, content(thing));
            case SPARSE -> {
                try (SeekableByteChannel file = Files.newByteChannel(
                        path, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW, StandardOpenOption.SPARSE)) {
                    file.position(thing.bytes() - 1).write(ByteBuffer.allocate(1));
                }
            }
            case FOLDER -> Files.createDirectory(path);
            case SYMLINK -> script("ln -s --", named(thing.target()), path);
            case HARDLINK -> script("link", resolve(context, thing.target()), path);
            case PIPE -> script("mkfifo --", path);
            case SOCKET -> {
                Path socket = root.resolve(SOCKET);
                try (ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                    channel.bind(UnixDomainSocketAddress.of(socket));
                }
                Files.move(socket, path);
            }
            case DEVICE -> script("mknod --", path, "c", "1", "3");
        }
        return true;
    }

    /** Returns content that is different for each entry and never consists of zeros only. */
    private static byte[] content(SampleEntry thing) {
        byte[] content = new byte[thing.bytes()];
        new SplittableRandom(thing.path().hashCode() + thing.nanos()).nextBytes(content);
        return content;
    }

    private void setAttributes(Path path, SampleEntry thing) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            // A link to something that was left out.
            return;
        }
        boolean plain =
                switch (thing.kind()) {
                    case FILE, SPARSE, FOLDER -> true;
                    default -> false;
                };
        // Java opens a file to set its time, which would block for a pipe, and does not support all times.
        if (plain && thing.seconds() >= 0 && thing.seconds() < Sample.FAR_FUTURE) {
            Files.setLastModifiedTime(path, FileTime.from(Instant.ofEpochSecond(thing.seconds(), thing.nanos())));
        } else {
            script("touch -h -d", "@%d.%09d".formatted(thing.seconds(), thing.nanos()), path);
        }
        if (thing.kind() != SampleEntry.Kind.SYMLINK && thing.kind() != SampleEntry.Kind.HARDLINK) {
            int readable = ROOT ? 0 : thing.isFolder() ? 0700 : 0400;
            Files.setAttribute(path, "unix:mode", thing.mode() | readable);
        }
    }

    private void script(String command, Object... arguments) {
        if (script.size() == 0) {
            // The target of a hard link may have been omitted.
            script.writeBytes(
                    "link() { ln -- \"$1\" \"$2\" 2>/dev/null || : > \"$2\"; }\n".getBytes(StandardCharsets.US_ASCII));
        }
        script.writeBytes(command.getBytes(StandardCharsets.US_ASCII));
        for (Object argument : arguments) {
            byte[] bytes = argument instanceof Path path ? bytes(path) : RawText.bytes((String) argument);
            script.writeBytes(" '".getBytes(StandardCharsets.US_ASCII));
            for (byte b : bytes) {
                script.writeBytes(b == '\'' ? "'\\''".getBytes(StandardCharsets.US_ASCII) : new byte[] {b});
            }
            script.write('\'');
        }
        script.write('\n');
    }

    private static byte[] bytes(Path path) {
        // The URI of a folder ends with a slash.
        String uri = path.toUri().getRawPath().replaceFirst("/$", "");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < uri.length(); i++) {
            if (uri.charAt(i) == '%') {
                bytes.write(HexFormat.fromHexDigits(uri, i + 1, i + 3));
                i += 2;
            } else {
                bytes.write(uri.charAt(i));
            }
        }
        return bytes.toByteArray();
    }

    private void runScript() throws IOException, InterruptedException {
        if (script.size() == 0) {
            return;
        }
        Process shell = new ProcessBuilder("sh").redirectErrorStream(true).start();
        try (OutputStream input = shell.getOutputStream()) {
            script.writeTo(input);
        }
        String output = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, shell.waitFor(), () -> sample + "\n" + output);
        script.reset();
    }

    @Override
    public void close() throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, IOException failure) throws IOException {
                Files.delete(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
