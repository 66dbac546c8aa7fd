// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class GoTextTest {
    @ParameterizedTest
    @CsvSource({
        "0,0B",
        "999,999B",
        "1000,1.00kB",
        "8295,8.29kB",
        "12395,12.39kB",
        "4096,4.10kB",
        "999999,1000.00kB",
        "1000000,1.00MB",
        "3145728,3.15MB",
        "123456789012,123.46GB",
        "9223372036854775807,9.22EB"
    })
    void sizesAreRoundedAsGoRoundsThem(long bytes, String text) {
        assertEquals(text, GoText.size(bytes));
    }

    @ParameterizedTest
    @CsvSource({"512,512B", "10000000000,10GB", "10737418240,10.73741824GB", "1500,1.5kB"})
    void exactSizesHaveAllDecimals(long bytes, String text) {
        assertEquals(text, GoText.exactSize(bytes));
    }

    @ParameterizedTest
    @CsvSource({"0,0s", "1.5s,1.5s", "48h,48h0m0s", "90m,1h30m0s", "61s,1m1s", "1h1ms,1h0m0.001s"})
    void durationsAreParsedAndFormatted(String read, String written) {
        assertEquals(written, GoText.duration(GoText.parseDuration(read)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "48", "h", "1d", "1h 2m", "1h2", "-1h", "99999999999h"})
    void anInvalidDurationIsRefused(String text) {
        assertThrows(TypeConversionException.class, () -> GoText.parseDuration(text));
    }

    @Test
    void fractionsOfEveryUnitAreParsed() {
        assertEquals(Duration.ofMinutes(90), GoText.parseDuration("1.5h"));
        assertEquals(Duration.ofNanos(1_500), GoText.parseDuration("1.5us"));
        assertEquals(Duration.ofNanos(1_500), GoText.parseDuration("1.5µs"));
    }

    @Test
    void timesHaveAllDecimals() {
        Instant time = Instant.parse("2026-01-02T03:04:05.120Z");
        assertEquals("2026-01-02T03:04:05.12Z", GoText.jsonTime(time));
        assertEquals("2026-01-02 03:04:05.12 +0000 UTC", GoText.time(time));
        assertEquals("2026-01-02 03:04:05 +0000 UTC", GoText.time(time.minusMillis(120)));
        assertEquals("", GoText.localTime(null));
    }
}
