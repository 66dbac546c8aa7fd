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
 * The hosts that this client may connect to where somebody else says which registry it talks to. Without such a list,
 * whoever names an image could find out what listens in the network that this client is in.
 *
 * <p>A registry that is listed may send this client on to hosts that are not, because most keep their content and their
 * tokens elsewhere. Those must be outside of private networks and speak HTTPS on its own port.
 */
public final class AllowedHosts implements Serializable {
    /** For somebody who could connect from here without this client. */
    public static final AllowedHosts ANY = new AllowedHosts(null, "");

    private static final long serialVersionUID = 1;

    private static final String DOCKER_HUB = "registry-1.docker.io";
    private static final int HTTPS_PORT = 443;

    /** Null for all hosts. */
    private final HashSet<String> hosts;

    private final String remedy;

    private AllowedHosts(HashSet<String> hosts, String remedy) {
        this.hosts = hosts;
        this.remedy = remedy;
    }

    /**
     * @param hosts as image names have them, with a port unless it is the usual one
     * @param remedy what to do so that another host is allowed, which the text calls "it"
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
     * Lets the registry pass that images of this name are in.
     *
     * @param host as image names have it
     * @throws HostNotAllowedException when it is not one of these hosts
     */
    public void checkRegistry(String host) throws HostNotAllowedException {
        if (hosts != null && !hosts.contains(address(host))) {
            throw refused();
        }
    }

    private HostNotAllowedException refused() {
        return new HostNotAllowedException("may not be connected to from here; " + remedy);
    }

    /** Whether it is one of these hosts. */
    public boolean contains(URI address) {
        if (hosts == null) {
            return true;
        }
        Origin origin = Origin.of(address);
        return hosts.stream().anyMatch(origin::isOf);
    }

    /**
     * Lets pass what one of these hosts is asked, and what a registry among them sends this client on to.
     *
     * @param registry the registry's own address, {@code host} or {@code host:port}
     * @throws HostNotAllowedException for any other address
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
            // A proxy may know it; without one there is nobody to connect to.
            return true;
        }
    }

    private static boolean isPrivate(InetAddress address) {
        byte[] bytes = address.getAddress();
        int first = bytes[0] & 0xff;
        int second = bytes[1] & 0xff;
        boolean sharedByCarriers = bytes.length == 4 && first == 100 && second >> 6 == 1;
        boolean thisNetwork = bytes.length == 4 && first == 0;
        boolean uniqueLocal = bytes.length == 16 && (first & 0xfe) == 0xfc;
        // An IPv4 address in an IPv6 one is reached through a gateway of this network (RFC 6052).
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
