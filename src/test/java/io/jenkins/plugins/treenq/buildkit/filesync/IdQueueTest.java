// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Random;
import org.junit.jupiter.api.Test;

class IdQueueTest {
    @Test
    void keepsTheOrderWhileItGrowsAndShrinks() {
        IdQueue queue = new IdQueue();
        Queue<Integer> expected = new ArrayDeque<>();
        Random random = new Random(5);
        for (int i = 0; i < 10_000; i++) {
            if (random.nextInt(5) < 3) {
                queue.add(i);
                expected.add(i);
            } else if (!expected.isEmpty()) {
                assertEquals(expected.remove(), queue.remove());
            }
            assertEquals(expected.isEmpty(), queue.isEmpty());
        }
        while (!expected.isEmpty()) {
            assertEquals(expected.remove(), queue.remove());
        }
        assertTrue(queue.isEmpty());
    }
}
