// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.solve;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.jenkins.plugins.treenq.buildkit.wire.control.StatusResponse;
import java.util.Random;

/** Creates messages with random values of the right types in each field. */
public final class RandomMessages {
    private static final String[] TEXTS = {
        "", "v", "w", "sha256:00", "\u0000\u001b[2J", "a\nb\r", "\uD800", "x".repeat(3_000)
    };
    private static final long[] NUMBERS = {
        0, 1, 2, -1, 7, Long.MAX_VALUE, Long.MIN_VALUE, Integer.MIN_VALUE, 253402300800L
    };

    private RandomMessages() {}

    static StatusResponse status(Random random) {
        StatusResponse.Builder message = StatusResponse.newBuilder();
        fill(message, random, 0);
        return message.build();
    }

    /** Fills a message of any kind. */
    public static void fill(Message.Builder message, Random random, int depth) {
        for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
            if (random.nextInt(3) == 0 || depth > 4) {
                continue;
            }
            if (field.isMapField()) {
                continue;
            }
            int count = field.isRepeated() ? random.nextInt(4) : 1;
            for (int i = 0; i < count; i++) {
                Object value = value(message, field, random, depth);
                if (field.isRepeated()) {
                    message.addRepeatedField(field, value);
                } else {
                    message.setField(field, value);
                }
            }
        }
    }

    private static Object value(Message.Builder message, FieldDescriptor field, Random random, int depth) {
        return switch (field.getJavaType()) {
            case STRING -> TEXTS[random.nextInt(TEXTS.length - 2)];
            case BYTE_STRING -> bytes(random);
            case LONG -> NUMBERS[random.nextInt(NUMBERS.length)];
            case INT -> (int) NUMBERS[random.nextInt(NUMBERS.length)];
            case BOOLEAN -> random.nextBoolean();
            case ENUM -> field.getEnumType().findValueByNumberCreatingIfUnknown(random.nextInt(9));
            case FLOAT -> Float.NaN;
            case DOUBLE -> Double.NaN;
            case MESSAGE -> {
                Message.Builder inner = message.newBuilderForField(field);
                fill(inner, random, depth + 1);
                yield inner.build();
            }
        };
    }

    private static ByteString bytes(Random random) {
        byte[] bytes = new byte[random.nextInt(50)];
        random.nextBytes(bytes);
        return ByteString.copyFrom(bytes);
    }
}
