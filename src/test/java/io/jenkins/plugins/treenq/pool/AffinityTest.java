// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AffinityTest {
    private static final List<String> FOUR = List.of("tcp://a:1", "tcp://b:1", "tcp://c:1", "tcp://d:1");
    private static final int JOBS = 2000;

    @Test
    void theOrderHasAllDaemonsAndIgnoresTheConfiguredOrder() {
        List<String> order = Affinity.order(FOUR, "job");

        assertEquals(FOUR, order.stream().sorted().toList());
        assertEquals(order, Affinity.order(order, "job"));
        assertEquals(order, Affinity.order(List.of("tcp://d:1", "tcp://b:1", "tcp://a:1", "tcp://c:1"), "job"));
    }

    /** Another order would move jobs to daemons that do not have their cache. */
    @Test
    void theOrderIsTheSameInEveryVersion() {
        assertEquals(List.of("tcp://d:1", "tcp://a:1", "tcp://b:1", "tcp://c:1"), Affinity.order(FOUR, "shop"));
    }

    @Test
    void jobsAreSpreadEvenly() {
        Map<String, Integer> jobs = new HashMap<>();
        for (int job = 0; job < JOBS; job++) {
            jobs.merge(Affinity.order(FOUR, "job" + job).get(0), 1, Integer::sum);
        }
        jobs.forEach((address, count) -> assertTrue(
                Math.abs(count - JOBS / FOUR.size()) < JOBS / 20, address + " has " + count + " of " + JOBS));
    }

    @Test
    void onlyJobsOfARemovedDaemonMoveToOtherDaemons() {
        List<String> three = new ArrayList<>(FOUR);
        three.remove("tcp://c:1");
        for (int job = 0; job < JOBS; job++) {
            List<String> order = new ArrayList<>(Affinity.order(FOUR, "job" + job));
            order.remove("tcp://c:1");
            assertEquals(order, Affinity.order(three, "job" + job));
        }
    }
}
