// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.registry.AllowedHosts;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryConnection;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogins;
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
 * Images in registries, talked to from here, without a daemon. Safe for use by several threads. An interrupt of the
 * calling thread ends what it waits for. Logins stay in memory, and go to the registry that they are for and to nobody
 * else.
 *
 * <p>Where an image is named with a tag and a digest, the digest counts.
 */
public final class ImageRegistry implements AutoCloseable {
    private static final int REQUESTS_AT_ONCE = 8;
    private static final int TRANSFERS_AT_ONCE = 4;

    private final RegistryLogins logins;
    private final Map<String, RegistryConnection> connections;
    private final RegistryConnection others;
    private final AllowedHosts allowed;
    private final Map<HostKey, RegistryClient> hosts = new HashMap<>();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "treenq-registry");
        thread.setDaemon(true);
        return thread;
    });

    /**
     * @param connections by registry, as image names have it; {@link RegistryConnection#DEFAULT} for those that are not
     *     in it
     */
    public ImageRegistry(RegistryLogins logins, Map<String, RegistryConnection> connections) {
        this(logins, connections, AllowedHosts.ANY);
    }

    /**
     * The same on behalf of somebody who must not connect anywhere from here.
     *
     * @param allowed the registries, and other hosts that these may send this client to
     */
    public ImageRegistry(RegistryLogins logins, Map<String, RegistryConnection> connections, AllowedHosts allowed) {
        this(logins, connections, RegistryConnection.DEFAULT, allowed);
    }

    /** @param others how registries are talked to that are not among the connections, such as through a proxy */
    public ImageRegistry(
            RegistryLogins logins,
            Map<String, RegistryConnection> connections,
            RegistryConnection others,
            AllowedHosts allowed) {
        this.others = others;
        this.logins = logins;
        this.connections = Map.copyOf(connections);
        this.allowed = allowed;
    }

    /**
     * Asks whether a registry is one, and whether it takes the login that there is for it.
     *
     * @param registry as image names have it
     * @return whether it wants a login at all
     * @throws BuildkitException.RegistryRefusedException when it is none, cannot be asked, or wants another login
     */
    public boolean wantsLogin(String registry) throws BuildkitException, InterruptedException {
        return host(registry).wantsLogin();
    }

    /**
     * What the name stands for, asked for in the cheapest way.
     *
     * @return empty when it is not there
     * @throws BuildkitException.RegistryRefusedException when the registry cannot be asked or does not say it
     */
    public Optional<Digest> resolve(ImageName image) throws BuildkitException, InterruptedException {
        return places(image).resolve(reference(image));
    }

    /**
     * All that the registry says about an image.
     *
     * @return empty when it is not there
     * @throws BuildkitException.RegistryRefusedException when the registry cannot be asked, or when what it says cannot
     *     be so
     */
    public Optional<ImageDescription> inspect(ImageName image) throws BuildkitException, InterruptedException {
        Optional<PullEndpoints.Found> found = places(image).find(reference(image));
        return found.isEmpty()
                ? Optional.empty()
                : Optional.of(describe(found.get().place(), found.get().manifest()));
    }

    /**
     * The image that all of these names stand for. Their registries are asked themselves, because a mirror may be
     * behind.
     *
     * @return empty when one of them is not there, or when they stand for several images
     * @throws BuildkitException.RegistryRefusedException when a registry cannot be asked, or when what it says cannot
     *     be so
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
        return new Inspection(place, new Parallel(threads, REQUESTS_AT_ONCE)).describe(image);
    }

    /**
     * Gives an image further names, in its own repository or elsewhere: everything that belongs to it is copied as it
     * is, for all platforms, with attestations and what refers to it, and the tags are written last.
     *
     * @param targets with a tag and without a digest each
     * @return the digest, which is the same everywhere
     * @throws BuildkitException.InvalidRequestException when a target is none
     * @throws BuildkitException.RegistryRefusedException when it failed; the message says what was tagged, if anything
     *     was
     */
    public Digest promote(ImageName image, List<ImageName> targets) throws BuildkitException, InterruptedException {
        Map<PushRepository, List<ImageName>> destinations = destinations(targets);
        List<ImageName> tagged = List.of();
        try {
            PullEndpoints.Found found = places(image)
                    .find(reference(image))
                    .orElseThrow(() -> new BuildkitException.RegistryRefusedException(
                            "there is no image " + image + " in its registry", null));
            Promotion promotion = new Promotion(
                    found.place(),
                    found.manifest(),
                    new Parallel(threads, REQUESTS_AT_ONCE),
                    new Parallel(threads, TRANSFERS_AT_ONCE));
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
     * Makes one image of several, each built for platforms of its own. The index has no tag yet; promoting it gives it
     * some.
     *
     * @param parts with a digest each, all in one repository, where the index will be too
     * @param annotations of the index
     * @return the digest of the index
     * @throws BuildkitException.InvalidRequestException when the parts are in several repositories, or two are for one
     *     platform
     * @throws BuildkitException.RegistryRefusedException when the registry cannot be asked, or does not take the index
     */
    public Digest index(List<ImageName> parts, Map<String, String> annotations)
            throws BuildkitException, InterruptedException {
        if (parts.stream().map(ImageName::name).distinct().count() != 1) {
            throw new BuildkitException.InvalidRequestException(
                    "an index needs images that are all in one repository, and these are not: " + joined(parts));
        }
        ImageName first = parts.get(0);
        PullRepository place = PullRepository.toWrite(host(first.host()), first.repository());
        PlatformIndex index = new PlatformIndex(place);
        for (ImageName part : parts) {
            if (part.digest().isEmpty()) {
                throw new BuildkitException.InvalidRequestException(
                        "'" + part + "' is no part of an index: it takes a digest, because a tag may change");
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
            throw new BuildkitException.InvalidRequestException("there is no name to promote to");
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

    private PullEndpoints places(ImageName image) throws BuildkitException.InvalidRequestException {
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
        return connections.getOrDefault(host, others);
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
            host = new RegistryClient(name, connection(name), logins, allowed, mirror);
            hosts.put(key, host);
        }
        return host;
    }

    /** Ends what is under way. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
