// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.agent;

import hudson.remoting.Callable;
import hudson.remoting.Channel;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Sends the classes that run on agents to each agent, once for each connection.
 *
 * <p>By default, remoting's class loader requests each class and its neighbors from the controller when the class is
 * needed, which takes a round trip each time. The class loader first looks into the jars that it was given by
 * {@link Channel#preloadJar}, which sends a jar in each connection. Therefore the jar of the classes is sent through
 * the agent's jar cache, and the class loader is given a small jar whose manifest contains the path of the first one.
 */
public final class AgentClasses {
    private static final Logger LOGGER = Logger.getLogger(AgentClasses.class.getName());

    private static final int LONGEST_URL = 4096;

    private final List<Class<?>> roots;
    private final ClassLoader loader;
    private final Path folder;
    private final Executor threads;

    /** The transfers that were started, by connection. Guarded by this object's lock. */
    private final Map<Channel, CompletableFuture<Void>> connections = new WeakHashMap<>();

    /** A class loader for the jar; null before the first use. Guarded by {@link #roots}. */
    private Offer offer;

    /**
     * @param roots the classes from which the classes for agents are found; all of one class loader
     * @param folder folder for the jar on the controller
     * @param threads executor for tasks that wait for agents
     */
    public AgentClasses(Collection<Class<?>> roots, Path folder, Executor threads) {
        this.roots = List.copyOf(roots);
        this.loader = this.roots.get(0).getClassLoader();
        this.folder = folder;
        this.threads = threads;
    }

    /**
     * Starts to send the classes, unless this was already started for the connection.
     *
     * @return completes when the agent has the classes, or when it is known that they cannot be sent. The agent then
     *     loads them one by one when they are needed. Canceling the future has no effect
     */
    public CompletableFuture<Void> sendTo(Channel agent) {
        return start(agent).copy();
    }

    /** Tells whether the agent already has the classes. */
    public boolean areOn(Channel agent) {
        CompletableFuture<Void> started;
        synchronized (connections) {
            started = connections.get(agent);
        }
        return started != null && started.isDone();
    }

    private CompletableFuture<Void> start(Channel agent) {
        CompletableFuture<Void> sent = new CompletableFuture<>();
        synchronized (connections) {
            CompletableFuture<Void> earlier = connections.putIfAbsent(agent, sent);
            if (earlier != null) {
                return earlier;
            }
        }
        try {
            threads.execute(() -> {
                try {
                    send(agent);
                } finally {
                    // Builds wait for this, also after an error such as too little memory on the agent.
                    sent.complete(null);
                }
            });
        } catch (RuntimeException | Error e) {
            // There may not be enough memory for another thread.
            LOGGER.log(Level.WARNING, e, () -> "no thread can be started to send the classes to " + agent.getName());
            sent.complete(null);
        }
        return sent;
    }

    private void send(Channel agent) {
        try {
            Path pointer = pointerTo(agent.call(offer().request()));
            try {
                agent.preloadJar(loader, pointer.toUri().toURL());
            } finally {
                Files.deleteIfExists(pointer);
            }
        } catch (IOException | RuntimeException | LinkageError e) {
            LOGGER.log(
                    agent.isClosingOrClosed() ? Level.FINE : Level.WARNING,
                    e,
                    () -> "the classes cannot be sent to " + agent.getName()
                            + " in one jar; the agent loads them one by one");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Creates a jar whose manifest contains the path of another jar, as build tools do for long class paths. */
    private static Path pointerTo(String url) throws IOException {
        if (!url.startsWith("file:")
                || url.length() > LONGEST_URL
                || url.chars().anyMatch(c -> c <= ' ')) {
            throw new IOException("the agent reports an invalid path of the jar");
        }
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, url);
        Path pointer = Files.createTempFile("treenq-classes", ".jar");
        try (OutputStream out = Files.newOutputStream(pointer);
                JarOutputStream jar = new JarOutputStream(out, manifest)) {
            jar.flush();
        }
        return pointer;
    }

    /** Creates the jar in the background, unless it already exists. */
    public void makeJar() {
        threads.execute(() -> {
            try {
                offer();
            } catch (IOException e) {
                LOGGER.log(Level.WARNING, "the jar with the classes for agents cannot be created", e);
            }
        });
    }

    private Offer offer() throws IOException {
        synchronized (roots) {
            if (offer == null || !Files.isRegularFile(offer.jar.file())) {
                offer = new Offer(AgentJar.make(roots, loader, folder), loader);
            }
            return offer;
        }
    }

    /**
     * A class loader that contains only the jar and loads only the class of the request for the jar. When the agent
     * asks for that class, remoting offers the agent this jar and no other jar of the plugin.
     */
    private static final class Offer extends URLClassLoader {
        private static final String REQUEST = AgentJarRequest.class.getName();

        private final AgentJar jar;

        Offer(AgentJar jar, ClassLoader parent) throws IOException {
            super("treenq-agent", new URL[] {jar.file().toUri().toURL()}, parent);
            this.jar = jar;
        }

        @SuppressWarnings("unchecked")
        Callable<String, IOException> request() throws IOException {
            try {
                var constructor = loadClass(REQUEST).getDeclaredConstructor(Long.class, Long.class);
                constructor.setAccessible(true);
                return (Callable<String, IOException>) constructor.newInstance(jar.sum1(), jar.sum2());
            } catch (ReflectiveOperationException e) {
                throw new IOException(e);
            }
        }

        /** Remoting determines the jar of a class from the URL of its class file. */
        @Override
        public URL getResource(String name) {
            URL own = findResource(name);
            return own == null ? super.getResource(name) : own;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.equals(REQUEST)) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? findClass(name) : loaded;
            }
        }
    }
}
