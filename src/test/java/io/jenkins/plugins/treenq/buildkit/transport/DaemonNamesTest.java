// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.jenkins.plugins.treenq.buildkit.DnsServer;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DaemonNamesTest {
    private static List<String> daemons(String address) {
        return DaemonNames.daemons(Endpoint.of(address, null)).stream()
                .map(daemon -> daemon.address().toString())
                .toList();
    }

    @Test
    void changedAddressesOfANameAreUsed() throws Exception {
        try (DnsServer dns = new DnsServer()) {
            String name = "dns://" + dns.address() + "/buildkitd.svc:1234";
            dns.set("buildkitd.svc", "10.0.0.7");
            assertEquals(List.of(name + "#10.0.0.7"), daemons(name));

            dns.set("buildkitd.svc", "10.0.0.8", "10.0.0.7");
            assertEquals(List.of(name + "#10.0.0.7", name + "#10.0.0.8"), daemons(name));

            dns.set("buildkitd.svc", "10.0.0.8");
            assertEquals(List.of(name + "#10.0.0.8"), daemons(name));
        }
    }

    @Test
    void ipv6AddressesAreUsedOnlyWithoutIpv4Addresses() throws Exception {
        try (DnsServer dns = new DnsServer()) {
            String name = "dns://" + dns.address() + "/host:1";
            dns.set("host", "fd00::7", "10.0.0.7");
            assertEquals(List.of(name + "#10.0.0.7"), daemons(name));

            dns.set("host", "fd00::7");
            assertEquals(List.of(name + "#fd00:0:0:0:0:0:0:7"), daemons(name));
        }
    }

    @Test
    void anUnknownNameIsReturnedUnresolved() throws Exception {
        try (DnsServer dns = new DnsServer()) {
            String name = "dns://" + dns.address() + "/nobody:1";
            assertEquals(List.of(name), daemons(name));
            dns.set("nobody");
            assertEquals(List.of(name), daemons(name));
            assertThrows(UnknownHostException.class, () -> DnsLookup.addresses(dns.address(), "nobody"));
        }
    }

    @Test
    void aNameIsReturnedUnresolvedIfTheDnsServerDoesNotAnswer() {
        assertEquals(List.of("dns://127.0.0.1:1/host:1"), daemons("dns://127.0.0.1:1/host:1"));
    }

    @Test
    void aNameThatIsNotInDnsIsResolvedByTheOperatingSystem() {
        assertEquals(
                List.of("dns:///localhost:1#127.0.0.1"),
                daemons("dns:///localhost:1").subList(0, 1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tcp://host:1",
                "unix:///a/socket",
                "dns:///host:1#10.0.0.1",
                "dns:///host",
                "dns:///ldap://host:1",
                "dns:///a/b:1",
                "dns://127.0.0.1:1%20x/host:1"
            })
    void otherAddressesAreReturnedUnchanged(String address) {
        assertEquals(List.of(address), daemons(address));
    }

    @ParameterizedTest
    @ValueSource(strings = {"dns:///host:1#host", "dns:///host:1#", "dns:///host:1#1.2.3.256", "dns:///host:0#1.2.3.4"})
    void anInvalidAddressOfADaemonIsRefused(String address) {
        assertThrows(IllegalArgumentException.class, () -> Endpoint.of(address, null));
    }

    @Test
    void shortNamesAreCompletedWithTheSearchList(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("resolv.conf");
        Files.writeString(
                file, "nameserver 10.0.0.10\nsearch jenkins.svc.cluster.local. cluster.local\noptions ndots:5\n");
        DnsLookup.SearchList kubernetes = DnsLookup.SearchList.read(file);
        assertEquals(
                List.of(
                        "buildkitd.treenq.svc.jenkins.svc.cluster.local",
                        "buildkitd.treenq.svc.cluster.local",
                        "buildkitd.treenq.svc"),
                kubernetes.names("buildkitd.treenq.svc"));
        assertEquals(List.of("buildkitd.treenq.svc"), kubernetes.names("buildkitd.treenq.svc."));

        DnsLookup.SearchList nothing = DnsLookup.SearchList.read(folder.resolve("missing"));
        assertEquals(List.of("buildkitd.example.com"), nothing.names("buildkitd.example.com"));
    }

    @Test
    void javasDnsCacheIsNotUsed() throws Exception {
        // Java caches this response.
        InetAddress.getAllByName("localhost");
        try (DnsServer dns = new DnsServer()) {
            dns.set("localhost", "127.0.0.2");
            assertEquals(List.of(InetAddress.getByName("127.0.0.2")), DnsLookup.addresses(dns.address(), "localhost"));
        }
    }
}
