// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jenkins.plugins.treenq.buildkit.fsutil.NameBytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Utf8OrderTest {
    @Test
    void supplementaryCharactersComeLast() {
        // Java's own order is the other way round.
        assertEquals(1, Integer.signum("\uFF5E".compareTo("\uD83D\uDE00")));
        assertEquals(-1, Integer.signum(Utf8Order.INSTANCE.compare("\uFF5E", "\uD83D\uDE00")));
    }

    @Test
    void ordersNamesByTheirBytes() {
        int[] characters = {
            'a', 'b', '-', 0x7f, 0x80, 0xe9, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff, 0xdc80, 0xdcbf,
            0xdce9, 0xdcf0, 0xdcff
        };
        Random random = new Random(3);
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            StringBuilder name = new StringBuilder();
            for (int j = random.nextInt(4); j >= 0; j--) {
                name.appendCodePoint(characters[random.nextInt(characters.length)]);
            }
            names.add(name.toString());
        }
        for (String left : names) {
            for (String right : names) {
                int bytes = Arrays.compareUnsigned(NameBytes.of(left), NameBytes.of(right));
                assertEquals(Integer.signum(bytes), Integer.signum(Utf8Order.INSTANCE.compare(left, right)));
            }
        }
    }
}
