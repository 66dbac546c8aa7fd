// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.io.Serializable;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/**
 * A build that the daemon is asked to execute. The request contains no secrets except the credentials of remote caches.
 * The data that the daemon may fetch during the build is in
 * {@link io.jenkins.plugins.treenq.buildkit.session.SessionContent}.
 *
 * @param ref ID of the build in the daemon; unique, and never used for a second build
 * @param frontend {@code dockerfile.v0} or {@code gateway.v0}; empty if there is a definition
 * @param definition marshalled LLB definition that is built without a frontend; null if there is a frontend
 * @param options options of the frontend, such as {@code target} and {@code build-arg:NAME}; with a definition, the
 *     options that exporters read, and {@code no-cache}
 * @param exports exporters that write the result of the build; empty if the build has no output
 * @param cacheImports caches that the build may read
 * @param cacheExports caches that the build writes
 * @param entitlements entitlements that the build requests, such as {@code network.host}; the daemon must allow them,
 *     too
 * @param sourcePolicy rules for the images and URLs that the build may use; null for no rules
 * @param proxyNetwork whether build steps can reach the network only through the daemon's proxy, which daemons of v0.31
 *     and newer support
 * @param recorded whether the daemon records the build in its history. The record contains the frontend's options and,
 *     with them, the credentials of {@code cacheImports}
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
    /** The option with the capabilities that the frontend must have; see {@link #withCapability}. */
    public static final String CAPABILITIES = "frontend.caps";

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

    /** Returns a copy of this request with a new ref, which makes it a separate build. */
    public BuildRequest withNewRef() {
        return withRef(newRef());
    }

    /** Returns a copy of this request with another ref. */
    public BuildRequest withRef(String other) {
        return copied().ref(other).build();
    }

    /** Returns a copy of this request with other cache importers and exporters. */
    public BuildRequest withCache(List<CacheEntry> imports, List<CacheEntry> newExports) {
        return copied().cacheImports(imports).cacheExports(newExports).build();
    }

    /** Returns a copy of this request with additional frontend options, which replace options of the same name. */
    public BuildRequest withOptions(Map<String, String> more) {
        return copied().options(more).build();
    }

    /** Returns a copy of this request without a frontend option. */
    public BuildRequest withoutOption(String key) {
        Builder copy = copied();
        copy.options.remove(key);
        return copy.build();
    }

    /**
     * Returns a copy of this request that a frontend without this capability refuses
     * ({@code frontend/dockerfile/builder/caps.go}). Without the capability in the request, the frontend would ignore
     * the options that it does not know.
     *
     * @param capability name of the capability. With {@code +forward} at its end, a frontend that passes the build on
     *     to another frontend does not need the capability itself
     */
    public BuildRequest withCapability(String capability) {
        Set<String> capabilities = new TreeSet<>(List.of(capability));
        for (String other : options.getOrDefault(CAPABILITIES, "").split(",")) {
            if (!other.isEmpty()) {
                capabilities.add(other);
            }
        }
        return withOptions(Map.of(CAPABILITIES, String.join(",", capabilities)));
    }

    /** Returns a copy of this request with other exporters. */
    public BuildRequest withExports(List<Export> others) {
        return copied().exports(others).build();
    }

    /** Returns a copy of this request with other rules for images and URLs. */
    public BuildRequest withSourcePolicy(SourcePolicy other) {
        return copied().sourcePolicy(other).build();
    }

    /** Returns a copy of this request that writes nothing: without exporters of the result and of caches. */
    public BuildRequest withoutResults() {
        return copied().exports(List.of()).cacheExports(List.of()).build();
    }

    /** Returns a copy of this request that the daemon does not record in its history. */
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

    /** Creates a new ref, which is 32 hexadecimal digits. */
    public static String newRef() {
        return UUID.randomUUID().toString().replace("-", "");
    }

    public static Builder builder() {
        return new Builder();
    }

    /**
     * Builder of requests. By default, a request has a new ref and the frontend {@code dockerfile.v0}, and the daemon
     * records the build. All other components are empty, null or false by default.
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

        /** Sets an LLB definition, which replaces the frontend. */
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
