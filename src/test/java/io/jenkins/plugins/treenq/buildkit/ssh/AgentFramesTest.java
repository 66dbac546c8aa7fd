// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.ssh;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class AgentFramesTest {
    @RepeatedTest(20)
    void messagesAreAssembledFromArbitraryPieces(RepetitionInfo repetition) throws Exception {
        Random random = new Random(repetition.getCurrentRepetition());
        List<byte[]> messages = new ArrayList<>();
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        for (int i = 0; i < 50; i++) {
            byte[] message = new byte[1 + random.nextInt(i % 10 == 0 ? AgentFrames.MAX_BYTES : 300)];
            random.nextBytes(message);
            messages.add(message);
            stream.writeBytes(AgentFrames.framed(message));
        }
        AgentFrames frames = new AgentFrames();
        List<byte[]> found = new ArrayList<>();
        ByteBuffer rest = ByteBuffer.wrap(stream.toByteArray());
        while (rest.hasRemaining()) {
            int length = Math.min(rest.remaining(), 1 + random.nextInt(random.nextBoolean() ? 3 : 40_000));
            frames.feed(rest.slice(rest.position(), length));
            rest.position(rest.position() + length);
            for (Optional<byte[]> next = frames.next(); next.isPresent(); next = frames.next()) {
                found.add(next.get());
            }
        }
        assertEquals(messages.size(), found.size());
        for (int i = 0; i < found.size(); i++) {
            assertArrayEquals(messages.get(i), found.get(i));
        }
    }

    @Test
    void invalidLengthsAreRefusedBeforeMemoryIsAllocated() throws Exception {
        for (int length : new int[] {0, AgentFrames.MAX_BYTES + 1, Integer.MAX_VALUE, -1, Integer.MIN_VALUE}) {
            AgentFrames frames = new AgentFrames();
            frames.feed(ByteBuffer.allocate(4).putInt(length).flip());
            assertThrows(AgentFrames.Malformed.class, frames::next, "" + length);
        }
        AgentFrames frames = new AgentFrames();
        frames.feed(ByteBuffer.allocate(4).putInt(AgentFrames.MAX_BYTES).flip());
        assertTrue(frames.next().isEmpty());
    }
}
