// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/** A DNS server on loopback, whose names can change at any time. Names that it does not have do not exist. */
public final class DnsServer implements AutoCloseable {
    private static final int HEADER_BYTES = 12;
    private static final int A = 1;
    private static final int AAAA = 28;

    private final DatagramSocket socket =
            new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    private final Map<String, List<InetAddress>> names = new ConcurrentHashMap<>();
    private final Semaphore unanswered = new Semaphore(0);
    private volatile boolean silent;

    public DnsServer() throws IOException {
        Thread thread = new Thread(this::serve, "dns");
        thread.setDaemon(true);
        thread.start();
    }

    /** Returns {@code host:port}. */
    public String address() {
        return "127.0.0.1:" + socket.getLocalPort();
    }

    /** Replaces the addresses of a name. */
    public void set(String name, String... ips) throws IOException {
        InetAddress[] addresses = new InetAddress[ips.length];
        for (int i = 0; i < ips.length; i++) {
            addresses[i] = InetAddress.getByName(ips[i]);
        }
        names.put(name, List.of(addresses));
    }

    /** Determines whether queries are not answered. */
    public void setSilent(boolean silent) {
        this.silent = silent;
    }

    /** Waits for a number of further queries that are not answered. */
    public void awaitUnanswered(int queries) throws InterruptedException {
        unanswered.acquire(queries);
    }

    private void serve() {
        try {
            while (true) {
                DatagramPacket query = new DatagramPacket(new byte[512], 512);
                socket.receive(query);
                if (silent) {
                    unanswered.release();
                    continue;
                }
                byte[] answer = answer(Arrays.copyOf(query.getData(), query.getLength()));
                socket.send(new DatagramPacket(answer, answer.length, query.getSocketAddress()));
            }
        } catch (IOException e) {
            if (!socket.isClosed()) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private byte[] answer(byte[] query) {
        StringBuilder name = new StringBuilder();
        int at = HEADER_BYTES;
        while (query[at] != 0) {
            name.append(name.isEmpty() ? "" : ".")
                    .append(new String(query, at + 1, query[at], StandardCharsets.US_ASCII));
            at += query[at] + 1;
        }
        int type = ByteBuffer.wrap(query).getShort(at + 1);
        List<InetAddress> known = names.get(name.toString());
        List<byte[]> found = known == null
                ? List.of()
                : known.stream()
                        .map(InetAddress::getAddress)
                        .filter(ip -> type == (ip.length == 4 ? A : AAAA))
                        .toList();
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        answer.write(query, 0, 2);
        // A recursive response; the code 3 means that the name does not exist.
        answer.writeBytes(new byte[] {(byte) 0x81, (byte) (known == null ? 0x83 : 0x80), 0, 1, 0, (byte) found.size()});
        answer.writeBytes(new byte[4]);
        answer.write(query, HEADER_BYTES, at + 5 - HEADER_BYTES);
        for (byte[] ip : found) {
            // The name is that of the query. The time to live is long, so that the test would notice a cache.
            answer.writeBytes(
                    new byte[] {(byte) 0xc0, HEADER_BYTES, 0, (byte) type, 0, 1, 0, 1, 0, 0, 0, (byte) ip.length});
            answer.writeBytes(ip);
        }
        return answer.toByteArray();
    }

    @Override
    public void close() {
        socket.close();
    }
}
