// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.transport;

import io.jenkins.plugins.treenq.buildkit.Endpoint;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the daemons of a DNS name, such as that of a Kubernetes service without a cluster IP. */
public final class DaemonNames {
    /** The number of daemons of one name that are used. More than these are an error or an attack. */
    static final int MOST = 100;

    /** The pattern allows no name that JNDI, which queries DNS, would take for a URL. */
    private static final Pattern HOST = Pattern.compile("/([a-zA-Z0-9_][a-zA-Z0-9_.-]*):\\d+");

    private static final Pattern SERVER = Pattern.compile("[a-zA-Z0-9_.-]+(?::\\d+)?");

    private DaemonNames() {}

    /** Returns the message for a daemon whose host has no address. */
    public static String unresolved(String daemon) {
        return "the host of " + daemon + " cannot be resolved; check the name and this machine's DNS";
    }

    /**
     * Returns an endpoint for each daemon that the name has now. This method waits for DNS.
     *
     * @return the endpoint itself, if its address is not a DNS name with a port, or if DNS has no address of the name
     *     or does not answer
     */
    public static List<Endpoint> daemons(Endpoint endpoint) {
        URI address = endpoint.address();
        if (!Endpoint.isDnsName(address.toString())) {
            return List.of(endpoint);
        }
        Matcher host = HOST.matcher(address.getPath());
        String server = address.getRawAuthority();
        if (!host.matches() || server != null && !SERVER.matcher(server).matches()) {
            return List.of(endpoint);
        }
        try {
            return DnsLookup.addresses(server, host.group(1)).stream()
                    .map(InetAddress::getHostAddress)
                    // The zone of a link-local address follows its percent sign.
                    .filter(ip -> ip.indexOf('%') < 0)
                    .distinct()
                    .sorted()
                    .limit(MOST)
                    .map(endpoint::daemon)
                    .toList();
        } catch (UnknownHostException e) {
            return List.of(endpoint);
        }
    }
}
