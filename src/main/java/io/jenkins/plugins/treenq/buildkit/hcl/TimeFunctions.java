// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.hcl;

import io.jenkins.plugins.treenq.buildkit.hcl.Function.Parameter;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.TextStyle;
import java.time.temporal.ChronoUnit;
import java.time.temporal.IsoFields;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Functions of times. */
final class TimeFunctions {
    private static final Pattern RFC3339 =
            Pattern.compile("\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,9})?(Z|[+-]\\d{2}:\\d{2})");
    private static final Pattern DURATION = Pattern.compile("([0-9]*\\.?[0-9]+|[0-9]+\\.)(ns|us|µs|μs|ms|s|m|h)");
    private static final int LONGEST_DURATION = 100;
    private static final Map<String, Long> UNITS = Map.of(
            "ns",
            1L,
            "us",
            1_000L,
            "µs",
            1_000L,
            "μs",
            1_000L,
            "ms",
            1_000_000L,
            "s",
            1_000_000_000L,
            "m",
            60_000_000_000L,
            "h",
            3_600_000_000_000L);

    private TimeFunctions() {}

    static void define(BakeFunctions functions) {
        functions.add("timestamp", (a, limits) -> Value.of(text(OffsetDateTime.now(ZoneOffset.UTC))));
        functions.add(
                "timeadd",
                (a, limits) -> {
                    try {
                        return Value.of(text(
                                parse(a.get(0).string()).plus(duration(a.get(1).string()))));
                    } catch (DateTimeException | ArithmeticException e) {
                        throw new HclException(null, "the time is out of range");
                    }
                },
                Type.STRING,
                Type.STRING);
        functions.add(
                "formatdate",
                (a, limits) -> Value.of(format(a.get(0).string(), parse(a.get(1).string()))),
                Type.STRING,
                Type.STRING);
        functions.add(
                "formattimestamp",
                List.of(Parameter.of("format", Type.STRING), Parameter.of("time", Type.DYNAMIC)),
                null,
                (a, limits) -> {
                    OffsetDateTime time =
                            switch (a.get(1).type().kind()) {
                                case STRING -> parse(a.get(1).string());
                                case NUMBER -> ofUnix(a.get(1).number());
                                default ->
                                    throw new HclException(
                                            null, "must be a string timestamp or a unix timestamp number");
                            };
                    return Value.of(
                            a.get(0).string().equals("X")
                                    ? String.valueOf(time.toEpochSecond())
                                    : format(a.get(0).string(), time));
                });
        functions.add(
                "unixtimestampparse", (a, limits) -> fields(ofUnix(a.get(0).number())), Type.NUMBER);
    }

    private static OffsetDateTime ofUnix(BigDecimal seconds) {
        try {
            return OffsetDateTime.ofInstant(Instant.ofEpochSecond(seconds.longValueExact()), ZoneOffset.UTC);
        } catch (ArithmeticException | DateTimeException e) {
            throw new HclException(null, "unix timestamp must be an integer");
        }
    }

    private static OffsetDateTime parse(String text) {
        try {
            if (RFC3339.matcher(text).matches()) {
                return OffsetDateTime.parse(text);
            }
        } catch (DateTimeException e) {
            // The numbers are not a valid time.
        }
        throw new HclException(null, "'" + text + "' is not a valid RFC3339 timestamp");
    }

    private static String text(OffsetDateTime time) {
        return time.truncatedTo(ChronoUnit.SECONDS).format(DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ssXXX"));
    }

    private static Duration duration(String text) {
        boolean negative = text.startsWith("-");
        String rest = negative || text.startsWith("+") ? text.substring(1) : text;
        if (rest.equals("0")) {
            return Duration.ZERO;
        }
        Matcher matcher = DURATION.matcher(rest);
        BigDecimal nanos = BigDecimal.ZERO;
        int at = 0;
        while (rest.length() <= LONGEST_DURATION && at < rest.length() && matcher.find(at) && matcher.start() == at) {
            nanos = nanos.add(
                    new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(UNITS.get(matcher.group(2)))));
            at = matcher.end();
        }
        if (rest.isEmpty() || at < rest.length() || nanos.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw new HclException(null, "'" + text + "' is not a duration; write it as in 1h30m");
        }
        Duration duration = Duration.ofNanos(nanos.longValue());
        return negative ? duration.negated() : duration;
    }

    private static String format(String format, OffsetDateTime time) {
        StringBuilder out = new StringBuilder();
        int at = 0;
        while (at < format.length()) {
            char c = format.charAt(at);
            int end = at + 1;
            if (c == '\'') {
                if (format.startsWith("''", at)) {
                    out.append('\'');
                    at += 2;
                    continue;
                }
                while (end < format.length() && (format.charAt(end) != '\'' || format.startsWith("''", end))) {
                    out.append(format.charAt(end));
                    end += format.charAt(end) == '\'' ? 2 : 1;
                }
                if (end >= format.length()) {
                    throw new HclException(null, "a quote in the format of a date is not closed");
                }
                at = end + 1;
            } else if (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z') {
                while (end < format.length() && format.charAt(end) == c) {
                    end++;
                }
                out.append(verb(format.substring(at, end), time));
                at = end;
            } else {
                out.append(c);
                at = end;
            }
        }
        return out.toString();
    }

    private static String verb(String verb, OffsetDateTime time) {
        int hour = time.getHour() % 12 == 0 ? 12 : time.getHour() % 12;
        return switch (verb) {
            case "YYYY" -> String.format("%04d", time.getYear());
            case "YY" -> two(time.getYear() % 100);
            case "M" -> String.valueOf(time.getMonthValue());
            case "MM" -> two(time.getMonthValue());
            case "MMM" -> month(time).substring(0, 3);
            case "MMMM" -> month(time);
            case "D" -> String.valueOf(time.getDayOfMonth());
            case "DD" -> two(time.getDayOfMonth());
            case "EEE" -> day(time).substring(0, 3);
            case "EEEE" -> day(time);
            case "h" -> String.valueOf(time.getHour());
            case "hh" -> two(time.getHour());
            case "H" -> String.valueOf(hour);
            case "HH" -> two(hour);
            case "AA" -> time.getHour() < 12 ? "AM" : "PM";
            case "aa" -> time.getHour() < 12 ? "am" : "pm";
            case "m" -> String.valueOf(time.getMinute());
            case "mm" -> two(time.getMinute());
            case "s" -> String.valueOf(time.getSecond());
            case "ss" -> two(time.getSecond());
            case "Z" -> time.format(DateTimeFormatter.ofPattern("XXX"));
            case "ZZZ" ->
                time.getOffset().getTotalSeconds() == 0 ? "UTC" : time.format(DateTimeFormatter.ofPattern("xx"));
            case "ZZZZ" -> time.format(DateTimeFormatter.ofPattern("xx"));
            case "ZZZZZ" -> time.format(DateTimeFormatter.ofPattern("xxx"));
            default -> throw new HclException(null, "invalid date format verb \"" + verb + "\"");
        };
    }

    private static String two(int number) {
        return String.format("%02d", number);
    }

    private static String month(OffsetDateTime time) {
        return time.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
    }

    private static String day(OffsetDateTime time) {
        return time.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
    }

    private static Value fields(OffsetDateTime time) {
        Map<String, Value> fields = new TreeMap<>(Value.KEYS);
        fields.put("year", Value.of(time.getYear()));
        fields.put("year_day", Value.of(time.getDayOfYear()));
        fields.put("day", Value.of(time.getDayOfMonth()));
        fields.put("month", Value.of(time.getMonthValue()));
        fields.put("month_name", Value.of(month(time)));
        fields.put("weekday", Value.of(time.getDayOfWeek().getValue() % 7));
        fields.put("weekday_name", Value.of(day(time)));
        fields.put("hour", Value.of(time.getHour()));
        fields.put("minute", Value.of(time.getMinute()));
        fields.put("second", Value.of(time.getSecond()));
        fields.put("rfc3339", Value.of(text(time)));
        fields.put("iso_year", Value.of(time.get(IsoFields.WEEK_BASED_YEAR)));
        fields.put("iso_week", Value.of(time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR)));
        return Value.object(fields);
    }
}
