// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Parses sizes in Docker's notation, such as {@code 64m} and {@code 1.5 GiB}. A kilobyte has 1024 bytes. */
final class ByteSizes {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,15}(?:\\.\\d{1,9})?) ?([kmgtp]?)i?b?");
    private static final String UNITS = "kmgtp";

    private ByteSizes() {}

    /** @param what name of the parameter, for error messages */
    static long bytes(String text, String what) throws BuildkitException.InvalidRequestException {
        Matcher parts = SIZE.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!parts.matches()) {
            throw new BuildkitException.InvalidRequestException(
                    what + ": '" + text + "' is not a size; write it as in 64m or 2g");
        }
        int power = parts.group(2).isEmpty() ? 0 : UNITS.indexOf(parts.group(2)) + 1;
        return new BigDecimal(parts.group(1))
                .multiply(BigDecimal.valueOf(1L << (10 * power)))
                .longValue();
    }
}
