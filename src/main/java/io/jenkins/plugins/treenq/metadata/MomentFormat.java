// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.metadata;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.TextStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.IsoFields;
import java.time.temporal.WeekFields;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

/** Formats times in the formats of moment.js, such as {@code YYYYMMDD-HHmmss}, in English. */
final class MomentFormat {
    private static final Map<String, String> LONG_FORMATS = Map.ofEntries(
            Map.entry("LTS", "h:mm:ss A"),
            Map.entry("LT", "h:mm A"),
            Map.entry("L", "MM/DD/YYYY"),
            Map.entry("LL", "MMMM D, YYYY"),
            Map.entry("LLL", "MMMM D, YYYY h:mm A"),
            Map.entry("LLLL", "dddd, MMMM D, YYYY h:mm A"),
            Map.entry("l", "M/D/YYYY"),
            Map.entry("ll", "MMM D, YYYY"),
            Map.entry("lll", "MMM D, YYYY h:mm A"),
            Map.entry("llll", "ddd, MMM D, YYYY h:mm A"));

    private static final String ISO = "YYYY-MM-DDTHH:mm:ssZ";
    private static final String ISO_UTC = "YYYY-MM-DDTHH:mm:ss[Z]";

    private static final Map<String, Function<ZonedDateTime, String>> TOKENS = new HashMap<>();
    private static final int LONGEST_TOKEN = 9;
    private static final DateTimeFormatter ZONE_NAME = DateTimeFormatter.ofPattern("z", Locale.ENGLISH);
    private static final DateTimeFormatter OFFSET = DateTimeFormatter.ofPattern("xxx", Locale.ENGLISH);
    private static final DateTimeFormatter OFFSET_WITHOUT_COLON = DateTimeFormatter.ofPattern("xx", Locale.ENGLISH);
    private static final int LAST_YEAR_OF_FOUR_DIGITS = 9999;
    private static final int NOON = 12;

    /** The time zones by their names in lower case, because moment.js ignores the case of the names. */
    private static final Map<String, String> ZONES = ZoneId.getAvailableZoneIds().stream()
            .collect(Collectors.toMap(
                    name -> name.toLowerCase(Locale.ROOT), name -> name, (one, other) -> one, TreeMap::new));

    static {
        number("M", ZonedDateTime::getMonthValue, "Mo", "MM");
        text("MMM", date -> date.getMonth().getDisplayName(TextStyle.SHORT, Locale.ENGLISH));
        text("MMMM", date -> date.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH));
        number("Q", date -> date.get(IsoFields.QUARTER_OF_YEAR), "Qo");
        number("D", ZonedDateTime::getDayOfMonth, "Do", "DD");
        number("DDD", ZonedDateTime::getDayOfYear, "DDDo");
        padded("DDDD", 3, ZonedDateTime::getDayOfYear);
        number("d", MomentFormat::dayFromSunday, "do");
        text("dd", date -> dayName(date).substring(0, 2));
        text("ddd", date -> dayName(date).substring(0, 3));
        text("dddd", MomentFormat::dayName);
        number("e", MomentFormat::dayFromSunday);
        number("E", date -> date.getDayOfWeek().getValue());
        number("w", date -> date.get(WeekFields.SUNDAY_START.weekOfWeekBasedYear()), "wo", "ww");
        number("W", date -> date.get(WeekFields.ISO.weekOfWeekBasedYear()), "Wo", "WW");
        years("gg", "gggg", "ggggg", date -> date.get(WeekFields.SUNDAY_START.weekBasedYear()));
        years("GG", "GGGG", "GGGGG", date -> date.get(WeekFields.ISO.weekBasedYear()));
        years("YY", "YYYY", "YYYYY", ZonedDateTime::getYear);
        text(
                "Y",
                date -> date.getYear() <= LAST_YEAR_OF_FOUR_DIGITS
                        ? zeroFilled(date.getYear(), 4)
                        : "+" + date.getYear());
        text("YYYYYY", date -> "+" + zeroFilled(date.getYear(), 6));
        number("y", ZonedDateTime::getYear, "yo", "yy");
        padded("yyy", 3, ZonedDateTime::getYear);
        padded("yyyy", 4, ZonedDateTime::getYear);
        for (String era : new String[] {"N", "NN", "NNN", "NNNNN"}) {
            text(era, date -> "AD");
        }
        text("NNNN", date -> "Anno Domini");
        text("A", date -> date.getHour() < NOON ? "AM" : "PM");
        text("a", date -> date.getHour() < NOON ? "am" : "pm");
        number("H", ZonedDateTime::getHour, "", "HH");
        number("h", date -> date.get(ChronoField.CLOCK_HOUR_OF_AMPM), "", "hh");
        number("k", date -> date.get(ChronoField.CLOCK_HOUR_OF_DAY), "", "kk");
        number("m", ZonedDateTime::getMinute, "", "mm");
        number("s", ZonedDateTime::getSecond, "", "ss");
        text("hmm", date -> apply("h", date) + apply("mm", date));
        text("hmmss", date -> apply("hmm", date) + apply("ss", date));
        text("Hmm", date -> apply("H", date) + apply("mm", date));
        text("Hmmss", date -> apply("Hmm", date) + apply("ss", date));
        for (int digits = 1; digits <= LONGEST_TOKEN; digits++) {
            int length = digits;
            text("S".repeat(digits), date -> fraction(date).substring(0, length));
        }
        text("z", ZONE_NAME::format);
        text("zz", ZONE_NAME::format);
        text("Z", OFFSET::format);
        text("ZZ", OFFSET_WITHOUT_COLON::format);
        text("X", date -> Long.toString(date.toEpochSecond()));
        text("x", date -> Long.toString(date.toInstant().toEpochMilli()));
    }

    private MomentFormat() {}

    /** Returns the time zone; null if there is no time zone with this name. */
    @CheckForNull
    static ZoneId zone(String name) {
        String known = ZONES.get(name.toLowerCase(Locale.ROOT));
        return known == null ? null : ZoneId.of(known);
    }

    /** @param format format in the syntax of moment.js; empty for the format of ISO 8601 */
    static String format(ZonedDateTime date, String format) {
        if (format.isEmpty()) {
            return format(date, date.getOffset().getTotalSeconds() == 0 ? ISO_UTC : ISO);
        }
        StringBuilder result = new StringBuilder();
        scan(format, (literal, token) -> {
            if (literal) {
                result.append(token);
            } else if (LONG_FORMATS.containsKey(token)) {
                result.append(format(date, LONG_FORMATS.get(token)));
            } else {
                result.append(TOKENS.containsKey(token) ? apply(token, date) : token);
            }
        });
        return result.toString();
    }

    private interface Sink {
        void accept(boolean literal, String text);
    }

    /** Divides a format into tokens and literal text. Text in brackets and a token after a backslash are literal. */
    private static void scan(String format, Sink sink) {
        int position = 0;
        while (position < format.length()) {
            char c = format.charAt(position);
            int close = c == '[' ? closingBracket(format, position) : -1;
            if (close >= 0) {
                sink.accept(true, format.substring(position + 1, close));
                position = close + 1;
                continue;
            }
            boolean escaped = c == '\\';
            position += escaped ? 1 : 0;
            String token = tokenAt(format, position);
            sink.accept(escaped, token);
            position += token.length();
        }
    }

    /**
     * Returns the index of the last closing bracket before the next opening one, as moment.js does; -1 if there is
     * none.
     */
    private static int closingBracket(String format, int open) {
        int next = format.indexOf('[', open + 1);
        int close = format.lastIndexOf(']', next < 0 ? format.length() : next);
        return close > open ? close : -1;
    }

    /** Returns the longest token at the position, or the character at the position if no token starts there. */
    private static String tokenAt(String format, int position) {
        for (int length = Math.min(LONGEST_TOKEN, format.length() - position); length > 1; length--) {
            String token = format.substring(position, position + length);
            if (TOKENS.containsKey(token) || LONG_FORMATS.containsKey(token)) {
                return token;
            }
        }
        return format.substring(position, Math.min(position + 1, format.length()));
    }

    private static String apply(String token, ZonedDateTime date) {
        return TOKENS.get(token).apply(date);
    }

    private static void text(String token, Function<ZonedDateTime, String> value) {
        TOKENS.put(token, value);
    }

    private static void padded(String token, int length, ToIntFunction<ZonedDateTime> value) {
        text(token, date -> zeroFilled(value.applyAsInt(date), length));
    }

    private static void number(String token, ToIntFunction<ZonedDateTime> value) {
        padded(token, 1, value);
    }

    private static void number(String token, ToIntFunction<ZonedDateTime> value, String ordinal) {
        number(token, value);
        if (!ordinal.isEmpty()) {
            text(ordinal, date -> ordinal(value.applyAsInt(date)));
        }
    }

    private static void number(String token, ToIntFunction<ZonedDateTime> value, String ordinal, String twoDigits) {
        number(token, value, ordinal);
        padded(twoDigits, 2, value);
    }

    private static void years(String two, String four, String five, ToIntFunction<ZonedDateTime> year) {
        padded(two, 2, date -> year.applyAsInt(date) % 100);
        padded(four, 4, year);
        padded(five, 5, year);
    }

    private static int dayFromSunday(ZonedDateTime date) {
        return date.getDayOfWeek().getValue() % 7;
    }

    private static String dayName(ZonedDateTime date) {
        return date.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
    }

    private static String zeroFilled(int number, int length) {
        String digits = Integer.toString(number);
        return "0".repeat(Math.max(0, length - digits.length())) + digits;
    }

    /** Returns nine digits. The last six are zero, because moment.js has a resolution of milliseconds. */
    private static String fraction(ZonedDateTime date) {
        return zeroFilled(date.get(ChronoField.MILLI_OF_SECOND), 3) + "000000";
    }

    private static String ordinal(int number) {
        int lastTwo = number % 100;
        String ending =
                switch (lastTwo >= 11 && lastTwo <= 13 ? 0 : number % 10) {
                    case 1 -> "st";
                    case 2 -> "nd";
                    case 3 -> "rd";
                    default -> "th";
                };
        return number + ending;
    }
}
