// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.fsutil;

import com.google.protobuf.ByteString;
import java.util.Comparator;

/** Operations on the paths of entries in the form of the protocol: names joined with "/", as bytes. */
public final class EntryPath {
    /** The order of a walk: by unsigned bytes, with "/" before all other bytes. */
    public static final Comparator<ByteString> ORDER = EntryPath::compare;

    private EntryPath() {}

    /** Returns the last name of a path. */
    public static ByteString name(ByteString path) {
        return path.substring(lastSlash(path) + 1);
    }

    /** Returns the index of the last "/" in a path, or -1 if there is none. */
    public static int lastSlash(ByteString path) {
        for (int i = path.size() - 1; i >= 0; i--) {
            if (path.byteAt(i) == '/') {
                return i;
            }
        }
        return -1;
    }

    private static int compare(ByteString left, ByteString right) {
        int common = Math.min(left.size(), right.size());
        for (int i = 0; i < common; i++) {
            byte l = left.byteAt(i);
            byte r = right.byteAt(i);
            if (l != r) {
                return l == '/' ? -1 : r == '/' ? 1 : (l & 0xff) - (r & 0xff);
            }
        }
        return left.size() - right.size();
    }
}
