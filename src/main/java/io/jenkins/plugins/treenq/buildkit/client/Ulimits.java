// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import java.math.BigInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checks the resource limits of build steps, in Docker's notation, which the daemon parses
 * ({@code docker/go-units/ulimit.go}).
 */
final class Ulimits {
    private static final Pattern LIMIT =
            Pattern.compile("(?:core|cpu|data|fsize|locks|memlock|msgqueue|nice|nofile|nproc|rss|rtprio"
                    + "|rttime|sigpending|stack)=(-1|\\d{1,18})(?::(-1|\\d{1,18}))?");
    private static final BigInteger UNLIMITED = BigInteger.ONE.negate();

    private Ulimits() {}

    /**
     * Returns the limit unchanged.
     *
     * @throws IllegalArgumentException if the text is not a limit, or if its soft limit is above its hard limit
     */
    static String checked(String text) {
        Matcher parts = LIMIT.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("'" + text
                    + "' is not a limit; write it as in nofile=1024 or nofile=1024:2048, and -1 for no limit");
        }
        if (parts.group(2) != null && isAbove(new BigInteger(parts.group(1)), new BigInteger(parts.group(2)))) {
            throw new IllegalArgumentException(
                    "'" + text + "': the soft limit, which comes first, is above the hard one");
        }
        return text;
    }

    private static boolean isAbove(BigInteger soft, BigInteger hard) {
        return !hard.equals(UNLIMITED) && (soft.equals(UNLIMITED) || soft.compareTo(hard) > 0);
    }
}
