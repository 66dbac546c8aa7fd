// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.agent;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the classes that a class refers to in its code, descriptors, signatures and strings. */
final class ClassReferences {
    private static final Pattern IN_DESCRIPTOR = Pattern.compile("L([\\w$/]+)[;<]");
    private static final Pattern CLASS_NAME = Pattern.compile("\\w+(?:[./][\\w$]+)+");
    private static final int MAGIC = 0xCAFEBABE;

    private ClassReferences() {}

    /**
     * Returns the names, with dots, of all classes that the class file refers to, and other texts that look like class
     * names. Some libraries look up classes by a name that is a string.
     */
    static Set<String> of(byte[] classFile) throws IOException {
        Set<String> names = new HashSet<>();
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(classFile));
        if (in.readInt() != MAGIC) {
            throw new IOException("not a class file");
        }
        in.skipNBytes(4);
        int count = in.readUnsignedShort();
        for (int i = 1; i < count; i++) {
            int tag = in.readUnsignedByte();
            switch (tag) {
                case 1 -> addNames(in.readUTF(), names);
                case 7, 8, 16, 19, 20 -> in.skipNBytes(2);
                case 15 -> in.skipNBytes(3);
                case 3, 4, 9, 10, 11, 12, 17, 18 -> in.skipNBytes(4);
                case 5, 6 -> {
                    // These constants occupy two entries of the constant pool.
                    in.skipNBytes(8);
                    i++;
                }
                default -> throw new IOException("unknown constant " + tag);
            }
        }
        return names;
    }

    private static void addNames(String text, Set<String> names) {
        if (CLASS_NAME.matcher(text).matches()) {
            names.add(text.replace('/', '.'));
            return;
        }
        Matcher descriptor = IN_DESCRIPTOR.matcher(text);
        while (descriptor.find()) {
            names.add(descriptor.group(1).replace('/', '.'));
        }
    }
}
