// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.io.Serializable;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;

/**
 * What to build. Only the keys to a remote cache are secret in it. Everything the daemon may fetch for it is in
 * {@link io.jenkins.plugins.treenq.buildkit.session.SessionContent}.
 *
 * @param ref names the build in the daemon; unique, never used twice
 * @param frontend {@code dockerfile.v0} or {@code gateway.v0}; empty with a definition
 * @param definition null, or a marshalled definition of low-level operations (LLB) that is built as it is
 * @param options the frontend's own keys, such as {@code target} and {@code build-arg:NAME}; with a definition, those
 *     that the exporters read, and {@code no-cache}
 * @param exports empty when the result is only checked
 * @param cacheImports where layers may be taken from
 * @param cacheExports where layers are left
 * @param entitlements such as {@code network.host}; the daemon must allow them too
 * @param sourcePolicy null, or which sources may be used
 * @param proxyNetwork steps reach the network through the daemon's proxy only; daemons of v0.31 and newer
 * @param recorded whether the daemon keeps a record of the build in its history, which has the options as they are:
 *     with keys of {@code cacheImports}, if there are some
 */
public record BuildRequest(
        String ref,
        String frontend,
        byte[] definition,
        Map<String, String> options,
        List<Export> exports,
        List<CacheEntry> cacheImports,
        List<CacheEntry> cacheExports,
        List<String> entitlements,
        SourcePolicy sourcePolicy,
        boolean proxyNetwork,
        boolean recorded)
        implements Serializable {

    public BuildRequest {
        Objects.requireNonNull(ref);
        Objects.requireNonNull(frontend);
        definition = definition == null ? null : definition.clone();
        options = Map.copyOf(options);
        exports = List.copyOf(exports);
        cacheImports = List.copyOf(cacheImports);
        cacheExports = List.copyOf(cacheExports);
        entitlements = List.copyOf(entitlements);
    }

    @Override
    public byte[] definition() {
        return definition == null ? null : definition.clone();
    }

    /** The same as a build of its own. */
    public BuildRequest withNewRef() {
        return copied().ref(newRef()).build();
    }

    /** The same with other cache. */
    public BuildRequest withCache(List<CacheEntry> imports, List<CacheEntry> newExports) {
        return copied().cacheImports(imports).cacheExports(newExports).build();
    }

    /** The same with more of the frontend's keys. */
    public BuildRequest withOptions(Map<String, String> more) {
        return copied().options(more).build();
    }

    /** The same with something else made of the result. */
    public BuildRequest withExports(List<Export> others) {
        return copied().exports(others).build();
    }

    /** The same as a build that the daemon's history does not have. */
    public BuildRequest withoutRecord() {
        return copied().recorded(false).build();
    }

    private Builder copied() {
        Builder copy = builder();
        copy.definition = definition;
        return copy.ref(ref)
                .frontend(frontend)
                .options(options)
                .exports(exports)
                .cacheImports(cacheImports)
                .cacheExports(cacheExports)
                .entitlements(entitlements)
                .sourcePolicy(sourcePolicy)
                .proxyNetwork(proxyNetwork)
                .recorded(recorded);
    }

    /** A fresh name for a build. */
    public static String newRef() {
        return UUID.randomUUID().toString().replace("-", "");
    }

    public static Builder builder() {
        return new Builder();
    }

    /**
     * Collects a request's parts; only {@code ref}, {@code frontend} and {@code recorded} have defaults that say
     * something.
     */
    public static final class Builder {
        private String ref = newRef();
        private String frontend = "dockerfile.v0";
        private byte[] definition;
        private final Map<String, String> options = new TreeMap<>();
        private List<Export> exports = List.of();
        private List<CacheEntry> cacheImports = List.of();
        private List<CacheEntry> cacheExports = List.of();
        private List<String> entitlements = List.of();
        private SourcePolicy sourcePolicy;
        private boolean proxyNetwork;
        private boolean recorded = true;

        public Builder ref(String value) {
            ref = value;
            return this;
        }

        public Builder frontend(String value) {
            frontend = value;
            return this;
        }

        /** Takes the place of a frontend. */
        public Builder definition(byte[] value) {
            definition = value;
            frontend = "";
            return this;
        }

        public Builder option(String key, String value) {
            options.put(key, value);
            return this;
        }

        public Builder options(Map<String, String> values) {
            options.putAll(values);
            return this;
        }

        public Builder exports(Collection<Export> values) {
            exports = List.copyOf(values);
            return this;
        }

        public Builder cacheImports(Collection<CacheEntry> values) {
            cacheImports = List.copyOf(values);
            return this;
        }

        public Builder cacheExports(Collection<CacheEntry> values) {
            cacheExports = List.copyOf(values);
            return this;
        }

        public Builder entitlements(Collection<String> values) {
            entitlements = List.copyOf(values);
            return this;
        }

        public Builder sourcePolicy(SourcePolicy value) {
            sourcePolicy = value;
            return this;
        }

        public Builder proxyNetwork(boolean value) {
            proxyNetwork = value;
            return this;
        }

        public Builder recorded(boolean value) {
            recorded = value;
            return this;
        }

        public BuildRequest build() {
            return new BuildRequest(
                    ref,
                    frontend,
                    definition,
                    options,
                    exports,
                    cacheImports,
                    cacheExports,
                    entitlements,
                    sourcePolicy,
                    proxyNetwork,
                    recorded);
        }
    }
}
