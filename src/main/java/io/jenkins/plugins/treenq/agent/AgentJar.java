// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.agent;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A jar with the classes that the plugin's part on agents uses: the plugin's own and those of its libraries, found from
 * the classes that the part begins with. The controller makes the jar itself, from the classes that it runs, so that
 * both sides always have the same ones. A class that the jar lacks travels as every class of a plugin does.
 *
 * @param file place of the jar on the controller
 * @param bytes size of the jar
 * @param sum1 first half of the checksum by which remoting knows the jar
 * @param sum2 second half of the checksum
 */
record AgentJar(Path file, long bytes, long sum1, long sum2) {
    /** Jenkins' own classes are not included, because an agent must have each of them only once. */
    private static final List<String> INCLUDED = List.of(
            "io.jenkins.plugins.treenq.",
            "io.grpc.",
            "io.netty.",
            "io.perfmark.",
            "com.google.common.",
            "com.google.gson.",
            "com.google.protobuf.",
            "com.google.rpc.");

    /**
     * Parts of the plugin and of Netty that an agent does not use, but that other classes mention. Nothing of Guava and
     * Gson may be left out: the rest would come from the class loaders of Jenkins and of another plugin, and classes of
     * different class loaders are not of the same package.
     */
    private static final List<String> EXCLUDED = List.of(
            "io.jenkins.plugins.treenq.buildkit.keyfiles.",
            "io.jenkins.plugins.treenq.metadata.",
            "io.jenkins.plugins.treenq.report.",
            "io.jenkins.plugins.treenq.rollback.",
            "io.jenkins.plugins.treenq.step.",
            "io.netty.handler.codec.http.websocketx.",
            "io.netty.handler.codec.http.multipart.");

    /** Makes the jar. The same classes always make the same jar, which agents may have in their caches. */
    static AgentJar make(Collection<Class<?>> roots, ClassLoader loader, Path file) throws IOException {
        byte[] jar = packed(classes(roots, loader));
        if (!Files.isRegularFile(file) || !Arrays.equals(Files.readAllBytes(file), jar)) {
            Files.createDirectories(file.getParent());
            Path next = Files.createTempFile(file.getParent(), "agent", ".tmp");
            try {
                Files.write(next, jar);
                Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(next);
            }
        }
        ByteBuffer sum = ByteBuffer.wrap(sha256(jar));
        // Remoting folds a checksum in this way.
        return new AgentJar(
                file,
                jar.length,
                sum.getLong(0) ^ sum.getLong(2 * Long.BYTES),
                sum.getLong(Long.BYTES) ^ sum.getLong(3 * Long.BYTES));
    }

    private static byte[] sha256(byte[] content) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(content);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, byte[]> classes(Collection<Class<?>> roots, ClassLoader loader) throws IOException {
        Map<String, byte[]> classes = new TreeMap<>();
        Deque<String> next = new ArrayDeque<>();
        next.add(AgentJarRequest.class.getName());
        roots.forEach(root -> next.add(root.getName()));
        Set<String> met = new HashSet<>(next);
        while (!next.isEmpty()) {
            String resource = next.remove().replace('.', '/') + ".class";
            try (InputStream in = loader.getResourceAsStream(resource)) {
                if (in == null) {
                    // This was a text that only looks like the name of a class, or an optional part of a library.
                    continue;
                }
                byte[] content = in.readAllBytes();
                classes.put(resource, content);
                for (String name : ClassReferences.of(content)) {
                    if (isIncluded(name) && met.add(name)) {
                        next.add(name);
                    }
                }
            }
        }
        return classes;
    }

    private static boolean isIncluded(String name) {
        return INCLUDED.stream().anyMatch(name::startsWith)
                && EXCLUDED.stream().noneMatch(name::startsWith);
    }

    private static byte[] packed(Map<String, byte[]> classes) throws IOException {
        ByteArrayOutputStream jar = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(jar)) {
            zip.setLevel(Deflater.BEST_COMPRESSION);
            for (Map.Entry<String, byte[]> item : classes.entrySet()) {
                ZipEntry entry = new ZipEntry(item.getKey());
                entry.setTime(0);
                zip.putNextEntry(entry);
                zip.write(item.getValue());
            }
        }
        return jar.toByteArray();
    }
}
