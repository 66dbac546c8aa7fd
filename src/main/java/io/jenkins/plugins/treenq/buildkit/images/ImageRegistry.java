// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.registry.AllowedHosts;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryConnection;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryConnections;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogins;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/**
 * A client for images in registries, which connects to the registries itself and needs no daemon. Instances are
 * thread-safe. An interrupt of the calling thread cancels its request. Logins are kept in memory and sent to their own
 * registry only.
 *
 * <p>If the name of an image has a tag and a digest, the tag is ignored.
 */
public final class ImageRegistry implements AutoCloseable {
    private static final int REQUESTS_AT_ONCE = 8;
    private static final int TRANSFERS_AT_ONCE = 4;

    private final RegistryLogins logins;
    private final RegistryConnections connections;
    private final AllowedHosts allowed;
    private final List<Duration> pauses;
    private final Map<HostKey, RegistryClient> hosts = new HashMap<>();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "treenq-registry");
        thread.setDaemon(true);
        return thread;
    });

    /**
     * Creates a client that may connect to any host.
     *
     * @param logins the logins to the registries
     * @param connections the connection settings by the name of the registry, as in image names;
     *     {@link RegistryConnection#DEFAULT} applies to all other registries
     */
    public ImageRegistry(RegistryLogins logins, Map<String, RegistryConnection> connections) {
        this(logins, new RegistryConnections(connections, RegistryConnection.DEFAULT), AllowedHosts.ANY);
    }

    /**
     * Creates a client that connects to the allowed hosts only, for callers who must not reach every host in this
     * network.
     *
     * @param logins the logins to the registries
     * @param connections the connections of all registries
     * @param allowed the registries, and the other hosts to which these registries may redirect this client
     */
    public ImageRegistry(RegistryLogins logins, RegistryConnections connections, AllowedHosts allowed) {
        this(logins, connections, allowed, RetryPolicy.PAUSES);
    }

    /** @param pauses the pauses before the repetitions of a request */
    ImageRegistry(RegistryLogins logins, RegistryConnections connections, AllowedHosts allowed, List<Duration> pauses) {
        this.logins = logins;
        this.connections = connections;
        this.allowed = allowed;
        this.pauses = List.copyOf(pauses);
    }

    /**
     * Checks whether a host is a registry and accepts the configured login.
     *
     * @param registry the name of the registry, as in image names
     * @return whether the registry demands authentication
     * @throws BuildkitException.RegistryRefusedException if the host is not a registry, cannot be reached, or rejects
     *     the login
     */
    public boolean wantsLogin(String registry) throws BuildkitException, InterruptedException {
        return host(registry).wantsLogin();
    }

    /**
     * Returns the digest that the name of an image points to, with as few requests as possible.
     *
     * @return empty if the image does not exist
     * @throws BuildkitException.RegistryRefusedException if the request fails or the response is invalid
     */
    public Optional<Digest> resolve(ImageName image) throws BuildkitException, InterruptedException {
        return endpoints(image).resolve(reference(image));
    }

    /**
     * Returns the metadata of an image.
     *
     * @return empty if the image does not exist
     * @throws BuildkitException.RegistryRefusedException if a request fails or a response is invalid
     */
    public Optional<ImageDescription> inspect(ImageName image) throws BuildkitException, InterruptedException {
        Optional<PullEndpoints.Found> found = endpoints(image).find(reference(image));
        return found.isEmpty()
                ? Optional.empty()
                : Optional.of(describe(found.get().repository(), found.get().manifest()));
    }

    /**
     * Returns the metadata of the image that all of the names point to. Registry mirrors are not queried, because their
     * tags may be outdated.
     *
     * @return empty if one of the images does not exist, or if the names point to different images
     * @throws BuildkitException.RegistryRefusedException if a request fails or a response is invalid
     */
    public Optional<ImageDescription> common(List<ImageName> names) throws BuildkitException, InterruptedException {
        Set<Digest> digests = new HashSet<>();
        for (ImageName name : names) {
            Optional<Digest> digest = itself(name).resolve(reference(name));
            if (digest.isEmpty()) {
                return Optional.empty();
            }
            digests.add(digest.get());
        }
        if (digests.size() != 1) {
            return Optional.empty();
        }
        PullRepository place = itself(names.get(0));
        Optional<Manifest> manifest = place.manifest(digests.iterator().next().value());
        return manifest.isEmpty() ? Optional.empty() : Optional.of(describe(place, manifest.get()));
    }

    private ImageDescription describe(PullRepository place, Manifest image)
            throws BuildkitException, InterruptedException {
        return new Inspection(place, new ParallelTasks(threads, REQUESTS_AT_ONCE)).describe(image);
    }

    /**
     * Adds tags to an image, in its own repository or in other repositories. The image is copied unchanged to the other
     * repositories, with all platforms, attestations and referrers. The tags are written last.
     *
     * @param targets the new names, each with a tag and without a digest
     * @return the digest of the image, which is the same in all repositories
     * @throws BuildkitException.InvalidRequestException if a target is invalid
     * @throws BuildkitException.RegistryRefusedException if a request fails; the message lists the tags that were
     *     already written
     */
    public Digest promote(ImageName image, List<ImageName> targets) throws BuildkitException, InterruptedException {
        Map<PushRepository, List<ImageName>> destinations = destinations(targets);
        List<ImageName> tagged = List.of();
        try {
            PullEndpoints.Found found = endpoints(image)
                    .find(reference(image))
                    .orElseThrow(() -> new BuildkitException.RegistryRefusedException(
                            "there is no image " + image + " in its registry", null));
            Promotion promotion = new Promotion(
                    found.repository(),
                    found.manifest(),
                    new ParallelTasks(threads, REQUESTS_AT_ONCE),
                    new ParallelTasks(threads, TRANSFERS_AT_ONCE));
            tagged = promotion.tagged();
            promotion.run(destinations);
            return found.manifest().digest();
        } catch (BuildkitException.RegistryRefusedException e) {
            String done = tagged.isEmpty() ? "nothing was tagged" : "tagged before that: " + joined(tagged);
            throw new BuildkitException.RegistryRefusedException(
                    "promoting " + image + " failed, " + done + ": " + e.getMessage(), e);
        }
    }

    /**
     * Deletes a tag, and not the image, which other tags may point to.
     *
     * @return whether the tag existed
     * @throws BuildkitException.RegistryRefusedException if the registry does not delete tags, or the request fails
     */
    public boolean deleteTag(ImageName image) throws BuildkitException, InterruptedException {
        return new PushRepository(PullRepository.toDelete(host(image.host()), image.repository()))
                .deleteTag(image.tag());
    }

    /**
     * Combines images that were built for different platforms into one index. The index has no tag; promoting it adds
     * tags.
     *
     * @param parts the images, each with a digest, all in one repository, in which the index is stored, too
     * @param annotations the annotations of the index
     * @return the digest of the index
     * @throws BuildkitException.InvalidRequestException if the parts are in several repositories, or if two parts are
     *     for the same platform
     * @throws BuildkitException.RegistryRefusedException if a request fails or the registry rejects the index
     */
    public Digest index(List<ImageName> parts, Map<String, String> annotations)
            throws BuildkitException, InterruptedException {
        if (parts.stream().map(ImageName::name).distinct().count() != 1) {
            throw new BuildkitException.InvalidRequestException(
                    "the images of an index must be in one repository, but these are not: " + joined(parts));
        }
        ImageName first = parts.get(0);
        PullRepository place = PullRepository.toWrite(host(first.host()), first.repository());
        PlatformIndex index = new PlatformIndex(place);
        for (ImageName part : parts) {
            if (part.digest().isEmpty()) {
                throw new BuildkitException.InvalidRequestException(
                        "'" + part + "' cannot be part of an index; use a digest, because a tag can change");
            }
            index.add(place.part(new Digest(part.digest())));
        }
        Manifest manifest = index.with(annotations);
        new PushRepository(place).put(manifest, manifest.digest().value());
        return manifest.digest();
    }

    private static String joined(List<ImageName> names) {
        return names.stream().map(ImageName::toString).collect(Collectors.joining(", "));
    }

    private Map<PushRepository, List<ImageName>> destinations(List<ImageName> targets)
            throws BuildkitException.InvalidRequestException {
        if (targets.isEmpty()) {
            throw new BuildkitException.InvalidRequestException("promoting an image requires at least one target name");
        }
        Map<String, List<ImageName>> byRepository = new LinkedHashMap<>();
        for (ImageName target : new LinkedHashSet<>(targets)) {
            if (target.tag().isEmpty() || !target.digest().isEmpty()) {
                throw new BuildkitException.InvalidRequestException(
                        "'" + target + "' is not a target name; write a name with a tag and without a digest");
            }
            byRepository
                    .computeIfAbsent(target.name(), name -> new ArrayList<>())
                    .add(target);
        }
        Map<PushRepository, List<ImageName>> destinations = new LinkedHashMap<>();
        for (List<ImageName> names : byRepository.values()) {
            ImageName first = names.get(0);
            destinations.put(new PushRepository(PullRepository.toWrite(host(first.host()), first.repository())), names);
        }
        return destinations;
    }

    private static String reference(ImageName image) {
        return image.digest().isEmpty() ? image.tag() : image.digest();
    }

    private PullEndpoints endpoints(ImageName image) throws BuildkitException.InvalidRequestException {
        List<PullRepository> places = new ArrayList<>();
        for (String mirror : connection(image.host()).mirrors()) {
            String[] parts = mirror.split("/", 2);
            String prefix = parts.length == 1 ? "" : parts[1] + "/";
            places.add(PullRepository.toRead(host(parts[0], true), prefix + image.repository()));
        }
        places.add(itself(image));
        return new PullEndpoints(places);
    }

    private PullRepository itself(ImageName image) throws BuildkitException.InvalidRequestException {
        return PullRepository.toRead(host(image.host()), image.repository());
    }

    private RegistryConnection connection(String host) {
        return connections.of(host);
    }

    private record HostKey(String name, boolean mirror) {}

    private RegistryClient host(String name) throws BuildkitException.InvalidRequestException {
        return host(name, false);
    }

    private synchronized RegistryClient host(String name, boolean mirror)
            throws BuildkitException.InvalidRequestException {
        HostKey key = new HostKey(name, mirror);
        RegistryClient host = hosts.get(key);
        if (host == null) {
            host = new RegistryClient(name, connection(name), logins, allowed, pauses, mirror);
            hosts.put(key, host);
        }
        return host;
    }

    /** Releases the threads. The requests in progress were cancelled by the call that made them, which has returned. */
    @Override
    public void close() {
        // Without an interrupt, because a thread of an agent may be loading classes.
        threads.shutdown();
    }
}
