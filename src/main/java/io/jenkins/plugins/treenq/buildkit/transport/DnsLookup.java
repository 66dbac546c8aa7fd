// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.transport;

import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Hashtable;
import java.util.List;
import javax.naming.Context;
import javax.naming.NameNotFoundException;
import javax.naming.NamingEnumeration;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.directory.DirContext;
import javax.naming.directory.InitialDirContext;

/**
 * Looks up the addresses of a host in DNS. Java's own lookup keeps the addresses of a host for 30 seconds, or for as
 * long as the JVM is configured to, which can be forever. A pool of daemons changes faster. Therefore this class
 * queries DNS, and uses Java's lookup only for hosts that are not in DNS, such as those of {@code /etc/hosts}.
 */
final class DnsLookup {
    private static final Path RESOLVER = Path.of("/etc/resolv.conf");
    private static final String TIMEOUT_MILLIS = "1000";

    /** The number of queries, each of which has a longer timeout than the one before. */
    private static final String QUERIES = "2";

    private DnsLookup() {}

    /**
     * Returns the IPv4 addresses of the host, or its IPv6 addresses if it has no others. A daemon that has an address
     * of each kind is one daemon.
     *
     * @param server DNS server as {@code host} or {@code host:port}; null for the servers of this machine
     * @throws UnknownHostException if the host has no addresses
     */
    static List<InetAddress> addresses(String server, String host) throws UnknownHostException {
        List<String> names =
                server == null ? SearchList.read(RESOLVER).names(host) : List.of(SearchList.withoutLastDot(host));
        try {
            DirContext dns = dns(server);
            try {
                for (String name : names) {
                    List<InetAddress> found = query(dns, name);
                    if (!found.isEmpty()) {
                        return found;
                    }
                }
            } finally {
                dns.close();
            }
        } catch (NamingException e) {
            // This machine has no DNS server, or none answers.
            if (server != null) {
                throw unknown(host, e);
            }
        }
        if (server != null) {
            throw unknown(host, null);
        }
        return List.of(InetAddress.getAllByName(host));
    }

    private static UnknownHostException unknown(String host, Exception cause) {
        UnknownHostException failure = new UnknownHostException(host);
        failure.initCause(cause);
        return failure;
    }

    private static DirContext dns(String server) throws NamingException {
        Hashtable<String, String> environment = new Hashtable<>();
        environment.put(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.dns.DnsContextFactory");
        environment.put(Context.PROVIDER_URL, server == null ? "dns:" : "dns://" + server);
        environment.put("com.sun.jndi.dns.timeout.initial", TIMEOUT_MILLIS);
        environment.put("com.sun.jndi.dns.timeout.retries", QUERIES);
        return new InitialDirContext(environment);
    }

    private static List<InetAddress> query(DirContext dns, String name) throws NamingException {
        try {
            // A query for both kinds at once would become one for records of all kinds, which many servers refuse.
            List<InetAddress> found = query(dns, name, "A");
            return found.isEmpty() ? query(dns, name, "AAAA") : found;
        } catch (NameNotFoundException e) {
            return List.of();
        }
    }

    private static List<InetAddress> query(DirContext dns, String name, String kind) throws NamingException {
        Attribute records = dns.getAttributes(name, new String[] {kind}).get(kind);
        if (records == null) {
            return List.of();
        }
        List<InetAddress> found = new ArrayList<>();
        NamingEnumeration<?> values = records.getAll();
        try {
            while (values.hasMore()) {
                InetAddress ip = NetUtil.createInetAddressFromIpAddressString(String.valueOf(values.next()));
                if (ip != null) {
                    found.add(ip);
                }
            }
        } finally {
            values.close();
        }
        return found;
    }

    /**
     * The part of {@code resolv.conf} that completes short names.
     *
     * @param domains domains that are appended to names
     * @param dots number of dots from which on a name is first looked up as it is
     */
    record SearchList(List<String> domains, int dots) {
        private static final int DEFAULT_DOTS = 1;
        private static final String DOTS = "ndots:";

        /** Reads the file. The list is empty if the file cannot be read, as on Windows. */
        static SearchList read(Path file) {
            List<String> domains = List.of();
            int dots = DEFAULT_DOTS;
            List<String> lines;
            try {
                lines = Files.readAllLines(file);
            } catch (IOException e) {
                lines = List.of();
            }
            for (String line : lines) {
                String[] words = line.strip().split("\\s+");
                List<String> values = List.of(words).subList(1, words.length);
                if (words[0].equals("search") || words[0].equals("domain")) {
                    domains = values;
                } else if (words[0].equals("options")) {
                    for (String option : values) {
                        if (option.matches(DOTS + "\\d{1,2}")) {
                            dots = Integer.parseInt(option.substring(DOTS.length()));
                        }
                    }
                }
            }
            return new SearchList(domains, dots);
        }

        /** Returns the full names that the name can stand for, in the order in which they are looked up. */
        List<String> names(String name) {
            if (name.endsWith(".")) {
                return List.of(withoutLastDot(name));
            }
            List<String> names = new ArrayList<>(List.of(name));
            domains.forEach(domain -> names.add(name + "." + withoutLastDot(domain)));
            if (name.chars().filter(c -> c == '.').count() < dots) {
                Collections.rotate(names, -1);
            }
            return names;
        }

        static String withoutLastDot(String name) {
            return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        }
    }
}
