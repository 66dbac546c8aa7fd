// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.hcl;

import io.jenkins.plugins.treenq.buildkit.hcl.Function.Parameter;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/** Functions that compute network addresses. They do not access a network. */
final class NetworkFunctions {
    private static final int MAX_NEW_BITS = 32;

    private NetworkFunctions() {}

    static void define(BakeFunctions functions) {
        functions.add(
                "cidrhost",
                (a, limits) -> {
                    Network network = Network.parse(a.get(0).string());
                    BigInteger size = BigInteger.TWO.pow(network.bits() - network.prefix());
                    BigInteger number = BigInteger.valueOf(Numbers.integer(a.get(1)));
                    BigInteger offset = number.signum() < 0 ? size.add(number) : number;
                    if (offset.signum() < 0 || offset.compareTo(size) >= 0) {
                        throw new HclException(
                                null,
                                "prefix of " + network.prefix() + " does not accommodate a host numbered " + number);
                    }
                    return Value.of(address(network.address().add(offset), network.bits()));
                },
                Type.STRING,
                Type.NUMBER);
        functions.add(
                "cidrnetmask",
                (a, limits) -> {
                    Network network = Network.parse(a.get(0).string());
                    if (network.bits() != 32) {
                        throw new HclException(null, "only IPv4 prefixes have a netmask");
                    }
                    BigInteger mask = BigInteger.TWO.pow(32).subtract(BigInteger.TWO.pow(32 - network.prefix()));
                    return Value.of(address(mask, 32));
                },
                Type.STRING);
        functions.add(
                "cidrsubnet",
                (a, limits) -> {
                    Network network = Network.parse(a.get(0).string());
                    int newBits = newBits(a.get(1), network);
                    BigInteger number = BigInteger.valueOf(Numbers.integer(a.get(2)));
                    if (number.signum() < 0 || number.bitLength() > newBits) {
                        throw new HclException(
                                null,
                                "prefix extension of " + newBits + " does not accommodate a subnet numbered " + number);
                    }
                    int prefix = network.prefix() + newBits;
                    BigInteger start = network.address().add(number.shiftLeft(network.bits() - prefix));
                    return Value.of(address(start, network.bits()) + "/" + prefix);
                },
                Type.STRING,
                Type.NUMBER,
                Type.NUMBER);
        functions.add(
                "cidrsubnets",
                List.of(Parameter.of("prefix", Type.STRING)),
                Parameter.of("newbits", Type.NUMBER),
                (a, limits) -> subnets(a));
    }

    private static int newBits(Value value, Network network) {
        int newBits = Numbers.integer(value);
        if (newBits < 0 || newBits > MAX_NEW_BITS || network.prefix() + newBits > network.bits()) {
            throw new HclException(null, "the prefix cannot be extended by " + newBits + " bits");
        }
        return newBits;
    }

    private static Value subnets(List<Value> arguments) {
        Network network = Network.parse(arguments.get(0).string());
        BigInteger next = network.address();
        BigInteger end = next.add(BigInteger.TWO.pow(network.bits() - network.prefix()));
        List<Value> subnets = new ArrayList<>();
        for (Value each : arguments.subList(1, arguments.size())) {
            int newBits = newBits(each, network);
            if (newBits < 1) {
                throw new HclException(null, "must extend prefix by at least one bit");
            }
            int prefix = network.prefix() + newBits;
            BigInteger size = BigInteger.TWO.pow(network.bits() - prefix);
            BigInteger start =
                    next.add(size).subtract(BigInteger.ONE).divide(size).multiply(size);
            if (start.add(size).compareTo(end) > 0) {
                throw new HclException(
                        null, "not enough remaining address space for a subnet with a prefix of " + prefix + " bits");
            }
            subnets.add(Value.of(address(start, network.bits()) + "/" + prefix));
            next = start.add(size);
        }
        return Value.list(Type.STRING, subnets);
    }

    private record Network(BigInteger address, int prefix, int bits) {
        static Network parse(String text) {
            int slash = text.indexOf('/');
            try {
                if (slash < 0 || !text.matches("[0-9a-fA-F:.]+/[0-9]{1,3}")) {
                    throw new NumberFormatException();
                }
                String address = text.substring(0, slash);
                if (!address.contains(":") && !address.matches("([0-9]{1,3}\\.){3}[0-9]{1,3}")) {
                    throw new NumberFormatException();
                }
                // The text contains only characters of an address, so no name is resolved.
                byte[] bytes = InetAddress.getByName(address).getAddress();
                int bits = bytes.length * 8;
                int prefix = Integer.parseInt(text.substring(slash + 1));
                if (prefix > bits) {
                    throw new NumberFormatException();
                }
                BigInteger host = new BigInteger(1, bytes).shiftRight(bits - prefix);
                return new Network(host.shiftLeft(bits - prefix), prefix, bits);
            } catch (NumberFormatException | UnknownHostException e) {
                throw new HclException(null, "invalid CIDR expression: invalid CIDR address: " + text);
            }
        }
    }

    /** Returns an address in the form of Go, in which the longest run of zeros in an IPv6 address is omitted. */
    private static String address(BigInteger number, int bits) {
        if (bits == 32) {
            long value = number.longValueExact();
            return (value >> 24) + "." + (value >> 16 & 255) + "." + (value >> 8 & 255) + "." + (value & 255);
        }
        List<String> groups = new ArrayList<>();
        for (int shift = 112; shift >= 0; shift -= 16) {
            groups.add(number.shiftRight(shift).and(BigInteger.valueOf(0xffff)).toString(16));
        }
        int best = -1;
        int length = 1;
        for (int i = 0; i < groups.size(); i++) {
            int end = i;
            while (end < groups.size() && groups.get(end).equals("0")) {
                end++;
            }
            if (end - i > length) {
                best = i;
                length = end - i;
            }
        }
        return best < 0
                ? String.join(":", groups)
                : String.join(":", groups.subList(0, best)) + "::"
                        + String.join(":", groups.subList(best + length, groups.size()));
    }
}
