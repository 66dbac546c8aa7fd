// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/** Formats and parses sizes, durations and times as Go does, so that the output equals buildctl's. */
final class GoText {
    private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
    private static final Pattern DURATION_PART = Pattern.compile("(\\d+\\.?\\d*|\\.\\d+)(ns|us|µs|μs|ms|s|m|h)");
    private static final Map<String, Long> NANOS = Map.of(
            "ns", 1L,
            "us", 1_000L,
            "µs", 1_000L,
            "μs", 1_000L,
            "ms", 1_000_000L,
            "s", 1_000_000_000L,
            "m", 60_000_000_000L,
            "h", 3_600_000_000_000L);

    private static final DateTimeFormatter JSON_TIME = new DateTimeFormatterBuilder()
            .appendPattern("uuuu-MM-dd'T'HH:mm:ss")
            .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
            .appendLiteral('Z')
            .toFormatter(Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder()
            .appendPattern("uuuu-MM-dd HH:mm:ss")
            .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
            .appendLiteral(" +0000 UTC")
            .toFormatter(Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter LOCAL_TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ssXXX", Locale.ROOT);

    private GoText() {}

    /** Formats a size with two decimals, such as {@code 12.35MB}. */
    static String size(long bytes) {
        // As in Go, the binary value of the number is rounded, not its decimal representation.
        return sized(bytes, value -> new BigDecimal(value).setScale(2, RoundingMode.HALF_EVEN));
    }

    /** Formats a size with all decimals, such as {@code 12.345678MB}. */
    static String exactSize(long bytes) {
        return sized(bytes, value -> new BigDecimal(Double.toString(value)).stripTrailingZeros());
    }

    private static String sized(long bytes, DoubleFunction<BigDecimal> rounding) {
        int unit = unit(bytes);
        return unit == 0
                ? bytes + UNITS[0]
                : rounding.apply(bytes / Math.pow(1000, unit)).toPlainString() + UNITS[unit];
    }

    private static int unit(long bytes) {
        int unit = 0;
        for (long rest = bytes; rest >= 1000; rest /= 1000) {
            unit++;
        }
        return unit;
    }

    /** Formats a duration, such as {@code 48h0m0s}. */
    static String duration(Duration duration) {
        BigDecimal seconds =
                BigDecimal.valueOf(duration.toSecondsPart()).add(BigDecimal.valueOf(duration.toNanosPart(), 9));
        String text = seconds.signum() == 0 ? "0" : seconds.stripTrailingZeros().toPlainString();
        if (duration.toMinutes() == 0) {
            return text + "s";
        }
        String minutes = duration.toMinutesPart() + "m" + text + "s";
        return duration.toHours() == 0 ? minutes : duration.toHours() + "h" + minutes;
    }

    /** Parses a duration, such as {@code 1h30m}. */
    static Duration parseDuration(String text) {
        if (text.equals("0")) {
            return Duration.ZERO;
        }
        Matcher part = DURATION_PART.matcher(text);
        BigDecimal nanos = BigDecimal.ZERO;
        int end = 0;
        while (part.find() && part.start() == end) {
            nanos = nanos.add(new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(NANOS.get(part.group(2)))));
            end = part.end();
        }
        if (end == 0 || end != text.length() || nanos.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw new TypeConversionException("'" + text + "' is not a duration; write it as 48h or 1h30m");
        }
        return Duration.ofNanos(nanos.longValue());
    }

    /** Formats a time as in JSON. */
    static String jsonTime(Instant time) {
        return JSON_TIME.format(time);
    }

    /** Formats a time as Go prints it, such as {@code 2026-01-02 03:04:05 +0000 UTC}. */
    static String time(Instant time) {
        return TIME.format(time);
    }

    /** Formats a time in the time zone of this machine, without fractions of a second. */
    static String localTime(Instant time) {
        return time == null ? "" : LOCAL_TIME.format(time.atZone(ZoneId.systemDefault()));
    }
}
