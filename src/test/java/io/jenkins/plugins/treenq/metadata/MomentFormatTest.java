// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.metadata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.google.gson.JsonObject;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares formatted dates with those of moment.js 2.30.1. */
class MomentFormatTest {
    static Stream<JsonObject> dates() {
        return Cases.of("MomentFormatTest.json");
    }

    @ParameterizedTest
    @MethodSource("dates")
    void datesAreFormattedLikeByMoment(JsonObject date) {
        Instant instant = Instant.parse(Cases.text(date, "date"));
        assertEquals(
                Cases.text(date, "expected"),
                MomentFormat.format(
                        instant.atZone(MomentFormat.zone(Cases.text(date, "zone"))), Cases.text(date, "format")));
    }

    @Test
    void offsetsAreNotTimeZones() {
        assertNull(MomentFormat.zone("+09:00"));
        assertNull(MomentFormat.zone(""));
    }
}
