// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.agent;

import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A jar with the classes that run on agents: classes of the plugin and of its libraries, found from the classes with
 * which a task begins. The controller creates the jar from the classes that it runs itself, so that both sides always
 * have the same classes. The agent loads a class that is not in the jar one by one, like every class of a plugin.
 *
 * <p>The jar contains another jar, whose classes are compressed together instead of one by one, which makes it a third
 * smaller, and the class that unpacks that jar on the agent.
 *
 * @param file place of the jar on the controller
 * @param sum1 first half of the checksum by which remoting knows the jar
 * @param sum2 second half of the checksum
 */
record AgentJar(Path file, long sum1, long sum2) {
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
     * Parts of the plugin and of Netty that an agent does not use, but that other classes refer to. No part of Guava
     * and Gson may be excluded: the rest would be loaded by the class loaders of Jenkins and of another plugin, and
     * classes of different class loaders are not in the same package.
     */
    private static final List<String> EXCLUDED = List.of(
            "io.jenkins.plugins.treenq.buildkit.keyfiles.",
            "io.jenkins.plugins.treenq.metadata.",
            "io.jenkins.plugins.treenq.report.",
            "io.jenkins.plugins.treenq.rollback.",
            "io.jenkins.plugins.treenq.step.",
            "io.netty.handler.codec.http.multipart.",
            "io.netty.handler.codec.http.websocketx.");

    /** The services whose implementations gRPC looks up. */
    private static final List<String> SERVICES =
            List.of("io.grpc.LoadBalancerProvider", "io.grpc.NameResolverProvider");

    /** Creates the jar. The same classes always result in the same jar, which agents may have in their caches. */
    static AgentJar make(Collection<Class<?>> roots, ClassLoader loader, Path folder) throws IOException {
        Files.createDirectories(folder);
        Path next = Files.createTempFile(folder, "agent", ".tmp");
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(next));
                    DigestOutputStream summed = new DigestOutputStream(out, sha256)) {
                pack(roots, loader, summed);
            }
            Path file = folder.resolve("agent.jar");
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            ByteBuffer sum = ByteBuffer.wrap(sha256.digest());
            // Remoting shortens a checksum in this way.
            return new AgentJar(
                    file,
                    sum.getLong(0) ^ sum.getLong(2 * Long.BYTES),
                    sum.getLong(Long.BYTES) ^ sum.getLong(3 * Long.BYTES));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        } finally {
            Files.deleteIfExists(next);
        }
    }

    private static void pack(Collection<Class<?>> roots, ClassLoader loader, OutputStream out) throws IOException {
        try (ZipOutputStream jar = new ZipOutputStream(out)) {
            jar.setLevel(Deflater.BEST_COMPRESSION);
            String request = resource(AgentJarRequest.class.getName());
            jar.putNextEntry(entry(request));
            try (InputStream in = loader.getResourceAsStream(request)) {
                in.transferTo(jar);
            }
            jar.putNextEntry(entry(AgentJarRequest.CLASSES));
            ZipOutputStream classes = new ZipOutputStream(jar);
            classes.setMethod(ZipOutputStream.STORED);
            packClasses(roots, loader, classes);
            classes.finish();
        }
    }

    private static void packClasses(Collection<Class<?>> roots, ClassLoader loader, ZipOutputStream jar)
            throws IOException {
        Deque<String> next = new ArrayDeque<>();
        roots.forEach(root -> next.add(root.getName()));
        for (String service : SERVICES) {
            next.addAll(implementations(service, loader));
        }
        Set<String> met = new HashSet<>(next);
        while (!next.isEmpty()) {
            String name = resource(next.remove());
            try (InputStream in = loader.getResourceAsStream(name)) {
                if (in == null) {
                    // The text only looks like the name of a class, or names an optional part of a library.
                    continue;
                }
                byte[] content = in.readAllBytes();
                ZipEntry entry = entry(name);
                entry.setSize(content.length);
                CRC32 crc = new CRC32();
                crc.update(content);
                entry.setCrc(crc.getValue());
                jar.putNextEntry(entry);
                jar.write(content);
                for (String mentioned : new TreeSet<>(ClassReferences.of(content))) {
                    if (isIncluded(mentioned) && met.add(mentioned)) {
                        next.add(mentioned);
                    }
                }
            }
        }
    }

    private static Set<String> implementations(String service, ClassLoader loader) throws IOException {
        Set<String> names = new TreeSet<>();
        for (URL file : Collections.list(loader.getResources("META-INF/services/" + service))) {
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(file.openStream(), StandardCharsets.UTF_8))) {
                lines.lines().map(line -> line.replaceFirst("#.*", "").trim()).forEach(names::add);
            }
        }
        names.removeIf(name -> !isIncluded(name));
        return names;
    }

    private static boolean isIncluded(String name) {
        return INCLUDED.stream().anyMatch(name::startsWith) && EXCLUDED.stream().noneMatch(name::startsWith);
    }

    private static String resource(String className) {
        return className.replace('.', '/') + ".class";
    }

    private static ZipEntry entry(String name) {
        ZipEntry entry = new ZipEntry(name);
        entry.setTime(0);
        return entry;
    }
}
