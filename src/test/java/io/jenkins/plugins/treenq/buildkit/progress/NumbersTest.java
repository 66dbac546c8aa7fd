// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.progress;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumbersTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0B",
        "31, 31B",
        "999, 999B",
        "1000, 1.00kB",
        "1049999, 1.05MB",
        "999999, 1000.00kB",
        "3400000, 3.40MB",
        "12345678901, 12.35GB",
        "9223372036854775807, 9.22EB",
        "-1500, -1.50kB",
    })
    void bytesAreInDecimalUnits(long bytes, String text) {
        assertEquals(text, Numbers.bytes(bytes));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0.000",
        "123456, 0.123",
        "9999999, 10.000",
        "10000000, 10.00",
        "99990000, 99.99",
        "100000000, 100.0",
    })
    void offsetsHaveFewerDigitsTheLongerTheyAre(long micros, String text) {
        assertEquals(text, Numbers.offset(Duration.ofNanos(micros * 1000)));
    }
}
