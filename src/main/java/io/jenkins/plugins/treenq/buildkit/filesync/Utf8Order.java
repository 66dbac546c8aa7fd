// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import io.jenkins.plugins.treenq.buildkit.fsutil.NameBytes;
import java.util.Arrays;
import java.util.Comparator;

/**
 * Orders names by their unsigned bytes in UTF-8, as Go orders strings. Java orders strings by their UTF-16 units, in
 * which the characters above U+FFFF come before those from U+E000 on.
 */
final class Utf8Order implements Comparator<String> {
    static final Utf8Order INSTANCE = new Utf8Order();

    private Utf8Order() {}

    @Override
    public int compare(String left, String right) {
        int common = Math.min(left.length(), right.length());
        for (int i = 0; i < common; i++) {
            char l = left.charAt(i);
            char r = right.charAt(i);
            if (l != r) {
                boolean supplementary = Character.isSurrogate(l);
                boolean both = supplementary == Character.isSurrogate(r);
                if ((supplementary || !both) && !(NameBytes.isUtf8(left) && NameBytes.isUtf8(right))) {
                    return Arrays.compareUnsigned(NameBytes.of(left), NameBytes.of(right));
                }
                return both ? l - r : supplementary ? 1 : -1;
            }
        }
        return left.length() - right.length();
    }
}
