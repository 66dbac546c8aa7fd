// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.client.BakeRun;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.TypeConversionException;

/** {@code --jobs} has the values that it has in buildx. */
class BakeJobsTest {
    @ParameterizedTest
    @CsvSource({"4,4", "' 7 ',7", "'fail-fast,parallel=3',3", "parallel=12,12", "'mode=fail-fast, PARALLEL=2',2"})
    void theNumberOfTargets(String value, int expected) {
        assertEquals(expected, BakeJobs.mostAtOnce(value));
    }

    @Test
    void withoutANumberTheLimitIsThatOfTheClient() {
        for (String value : new String[] {null, "", "0", "fail-fast", "parallel=0"}) {
            assertEquals(BakeRun.MOST_AT_ONCE, BakeJobs.mostAtOnce(value), value);
        }
    }

    @Test
    void otherValuesAreRefused() {
        for (String value :
                List.of("-1", "parallel=x", "parallel=1,parallel=2", "slow", "a=b", "fail-fast,fail-fast")) {
            assertThrows(TypeConversionException.class, () -> BakeJobs.mostAtOnce(value), value);
        }
        String message = assertThrows(
                        TypeConversionException.class, () -> BakeJobs.mostAtOnce("defer-error,parallel=2"))
                .getMessage();
        assertTrue(message.contains("--jobs=defer-error is not supported"), message);
    }
}
