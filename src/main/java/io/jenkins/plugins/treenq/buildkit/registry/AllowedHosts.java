// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.registry;

import java.io.Serializable;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The hosts that this client may connect to when the name of the registry comes from a user who is not trusted with
 * this network. Without the list, anyone who can name an image could find out which hosts and services the client's
 * network has.
 *
 * <p>A listed registry may redirect this client to hosts that are not listed, because most registries keep their
 * content and their token server on other hosts. The name of such a host must be resolved to public addresses on this
 * machine, even if a proxy connects to it, and the host must use HTTPS on port 443.
 */
public final class AllowedHosts implements Serializable {
    /** All hosts, for callers who could connect from this machine without this client. */
    public static final AllowedHosts ANY = new AllowedHosts(null, "");

    private static final long serialVersionUID = 1;

    private static final String DOCKER_HUB = "registry-1.docker.io";
    private static final int HTTPS_PORT = 443;

    /** The allowed hosts; null for all hosts. */
    private final HashSet<String> hosts;

    private final String remedy;

    private AllowedHosts(HashSet<String> hosts, String remedy) {
        this.hosts = hosts;
        this.remedy = remedy;
    }

    /**
     * Creates a list of hosts.
     *
     * @param hosts the hosts as in image names, with a port unless it is the default
     * @param remedy a text that says how to allow another host, to which the text refers as "it"
     */
    public static AllowedHosts of(Collection<String> hosts, String remedy) {
        HashSet<String> known = new HashSet<>();
        hosts.forEach(host -> known.add(address(host)));
        return new AllowedHosts(known, remedy);
    }

    private static String address(String host) {
        return RegistryHost.canonical(host).equals("docker.io") ? DOCKER_HUB : host.toLowerCase(Locale.ROOT);
    }

    /**
     * Checks whether this client may connect to the registry of an image.
     *
     * @param host the registry, as in image names
     * @throws HostNotAllowedException if the registry is not allowed
     */
    public void checkRegistry(String host) throws HostNotAllowedException {
        if (hosts != null && !hosts.contains(address(host))) {
            throw refused();
        }
    }

    private HostNotAllowedException refused() {
        return new HostNotAllowedException("is not in the list of allowed hosts; " + remedy);
    }

    /** Whether the host of an address is in the list. */
    public boolean contains(URI address) {
        if (hosts == null) {
            return true;
        }
        Origin origin = Origin.of(address);
        return hosts.stream().anyMatch(origin::isOf);
    }

    /**
     * Checks whether this client may connect to an address: its host is in the list, or a listed registry redirected
     * the client to it.
     *
     * @param address the address of the request
     * @param registry the registry's own address, {@code host} or {@code host:port}
     * @throws HostNotAllowedException if the address is not allowed
     */
    public void check(URI address, String registry) throws HostNotAllowedException {
        if (contains(address)) {
            return;
        }
        Origin origin = Origin.of(address);
        if (origin.isOf(registry) || !isOfPublicNetwork(origin)) {
            throw refused();
        }
    }

    private static boolean isOfPublicNetwork(Origin origin) {
        if (!origin.scheme().equals("https") || origin.port() != HTTPS_PORT) {
            return false;
        }
        try {
            return Stream.of(InetAddress.getAllByName(origin.host().replaceFirst("\\.$", "")))
                    .noneMatch(AllowedHosts::isPrivate);
        } catch (UnknownHostException e) {
            // A proxy may resolve the name to a private address. Without a proxy, the connection would fail anyway.
            return false;
        }
    }

    private static boolean isPrivate(InetAddress address) {
        byte[] bytes = address.getAddress();
        int first = bytes[0] & 0xff;
        int second = bytes[1] & 0xff;
        boolean sharedByCarriers = bytes.length == 4 && first == 100 && second >> 6 == 1;
        boolean thisNetwork = bytes.length == 4 && first == 0;
        boolean uniqueLocal = bytes.length == 16 && (first & 0xfe) == 0xfc;
        // An IPv4 address that is embedded in an IPv6 address is reached through a gateway of this network (RFC 6052).
        boolean translated = bytes.length == 16 && first == 0 && second == 0x64;
        return sharedByCarriers
                || thisNetwork
                || uniqueLocal
                || translated
                || address.isLoopbackAddress()
                || address.isAnyLocalAddress()
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()
                || address.isMulticastAddress();
    }
}
