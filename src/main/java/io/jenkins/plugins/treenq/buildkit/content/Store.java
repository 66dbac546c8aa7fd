// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.content;

import io.grpc.StatusException;
import io.jenkins.plugins.treenq.buildkit.Digest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A layout with the access that the daemon has to it and the writes in progress. */
final class Store {
    private final Layout layout;
    private final boolean writable;

    /** The writes in progress by their refs. Each ref can have one writer at a time. Guarded by this object's lock. */
    private final Map<String, Write> writes = new HashMap<>();

    /** A write in progress. Threads other than the writer's may see values that are slightly outdated. */
    static final class Write {
        final String ref;
        final Ingest ingest;
        volatile long offset;
        volatile long totalBytes;
        volatile String expected;

        private Write(String ref, Ingest ingest) {
            this.ref = ref;
            this.ingest = ingest;
        }
    }

    Store(Layout layout, boolean writable) {
        this.layout = layout;
        this.writable = writable;
    }

    Layout layout() {
        return layout;
    }

    /** @throws StatusException if the daemon must not change the layout */
    void requireWritable() throws StatusException {
        if (!writable) {
            throw ContentErrors.readOnly();
        }
    }

    synchronized Write begin(String ref, Digest expected) throws IOException, StatusException {
        requireWritable();
        if (writes.containsKey(ref)) {
            throw ContentErrors.locked(ref);
        }
        Write write = new Write(ref, new Ingest(layout, expected == null ? "sha256" : expected.algorithm()));
        writes.put(ref, write);
        return write;
    }

    /** Ends a write, whether it was committed or not. */
    void end(Write write) throws IOException {
        synchronized (this) {
            writes.remove(write.ref, write);
        }
        write.ingest.close();
    }

    synchronized Write write(String ref) throws StatusException {
        Write write = writes.get(ref);
        if (write == null) {
            throw ContentErrors.unknownWrite(ref);
        }
        return write;
    }

    synchronized boolean isWriting(String ref) {
        return writes.containsKey(ref);
    }

    synchronized List<Write> writes() {
        return new ArrayList<>(writes.values());
    }
}
