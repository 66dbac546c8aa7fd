// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.bake;

import io.jenkins.plugins.treenq.buildkit.hcl.Conversion;
import io.jenkins.plugins.treenq.buildkit.hcl.Csv;
import io.jenkins.plugins.treenq.buildkit.hcl.HclException;
import io.jenkins.plugins.treenq.buildkit.hcl.Type;
import io.jenkins.plugins.treenq.buildkit.hcl.Value;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * What attributes of a target have that are written as text or as objects; as buildx' package util/buildflags reads
 * them.
 */
public final class TargetEntries {
    private static final Type STRINGS = Type.map(Type.STRING);
    private static final Type SECRET =
            Type.object(Map.of("id", Type.STRING, "src", Type.STRING, "env", Type.STRING), Set.of("id", "src", "env"));
    private static final Type SSH =
            Type.object(Map.of("id", Type.STRING, "paths", Type.list(Type.STRING)), Set.of("id", "paths"));

    private TargetEntries() {}

    /** An attestation. */
    public record Attest(String type, boolean disabled, SortedMap<String, String> attributes) {
        static Attest parse(String text) {
            String type = "";
            boolean disabled = false;
            SortedMap<String, String> attributes = new TreeMap<>(Value.KEYS);
            for (String field : Csv.fields(text, ',')) {
                String[] pair = pair(field);
                switch (pair[0].toLowerCase(Locale.ROOT).strip()) {
                    case "type" -> type = pair[1];
                    case "disabled" -> disabled = bool(pair[1]);
                    default -> attributes.put(pair[0], pair[1]);
                }
            }
            if (type.isEmpty()) {
                throw new BakeException("attestation type not specified");
            }
            return new Attest(type, disabled, attributes);
        }

        static Attest of(Value value) {
            if (string(value)) {
                return parse(value.string());
            }
            SortedMap<String, String> attributes = strings(value);
            String type = attributes.remove("type");
            String disabled = attributes.remove("disabled");
            return new Attest(type == null ? "" : type, disabled != null && bool(disabled), attributes);
        }

        Value value() {
            SortedMap<String, String> all = new TreeMap<>(attributes);
            all.put("type", type);
            if (disabled) {
                all.put("disabled", "true");
            }
            return map(all);
        }
    }

    /** An import or export of the build cache. */
    public record Cache(String type, SortedMap<String, String> attributes) {
        static List<Cache> parse(String text) {
            if (text.isEmpty()) {
                return List.of();
            }
            List<String> fields = Csv.fields(text, ',');
            if (!text.contains("=")) {
                return fields.stream().map(Cache::registry).toList();
            }
            if (fields.size() == 1 && !fields.get(0).contains("=")) {
                return List.of(registry(fields.get(0)));
            }
            SortedMap<String, String> attributes = new TreeMap<>(Value.KEYS);
            for (String field : fields) {
                String[] pair = pair(field);
                attributes.put(pair[0].toLowerCase(Locale.ROOT), pair[1]);
            }
            return List.of(of(attributes, text));
        }

        private static Cache registry(String reference) {
            return new Cache("registry", new TreeMap<>(Map.of("ref", reference)));
        }

        private static Cache of(SortedMap<String, String> attributes, String text) {
            String type = attributes.remove("type");
            if (type == null || type.isEmpty()) {
                throw new BakeException("type required for \"" + text + "\"");
            }
            return new Cache(type, attributes);
        }

        static List<Cache> of(Value value) {
            return string(value) ? parse(value.string()) : List.of(of(strings(value), value.toString()));
        }

        Value value() {
            SortedMap<String, String> all = new TreeMap<>(attributes);
            all.put("type", type);
            return map(all);
        }
    }

    /** An exporter of the result. */
    public record Output(String type, String destination, SortedMap<String, String> attributes) {
        static Output parse(String text) {
            List<String> fields = Csv.fields(text, ',');
            if (fields.size() == 1 && fields.get(0).equals(text) && !text.startsWith("type=")) {
                return new Output(text.equals("-") ? "tar" : "local", text, new TreeMap<>());
            }
            SortedMap<String, String> attributes = new TreeMap<>(Value.KEYS);
            for (String field : fields) {
                String[] pair = pair(field);
                String key = pair[0].toLowerCase(Locale.ROOT).strip();
                attributes.put(key, pair[1]);
            }
            return of(attributes);
        }

        private static Output of(SortedMap<String, String> attributes) {
            String type = attributes.remove("type");
            String destination = attributes.remove("dest");
            if (type == null || type.isEmpty()) {
                throw new BakeException("type is required for output");
            }
            return new Output(type, destination == null ? "" : destination, attributes);
        }

        static Output of(Value value) {
            return string(value) ? parse(value.string()) : of(strings(value));
        }

        Value value() {
            SortedMap<String, String> all = new TreeMap<>(attributes);
            all.put("type", type);
            all.put("dest", destination);
            return map(all);
        }

        Output with(String key, String value) {
            SortedMap<String, String> changed = new TreeMap<>(attributes);
            changed.put(key, value);
            return new Output(type, destination, changed);
        }
    }

    /** A secret that the build may mount. */
    public record Secret(String id, String source, String environment) implements Serializable {
        static Secret parse(String text) {
            String id = "";
            String source = "";
            String environment = "";
            String type = "";
            for (String field : Csv.fields(text, ',')) {
                String[] pair = field.split("=", 2);
                if (pair.length < 2) {
                    throw new BakeException("invalid field '" + field + "' must be a key=value pair");
                }
                switch (pair[0].toLowerCase(Locale.ROOT)) {
                    case "type" -> {
                        if (!pair[1].equals("file") && !pair[1].equals("env")) {
                            throw new BakeException("unsupported secret type \"" + pair[1] + "\"");
                        }
                        type = pair[1];
                    }
                    case "id" -> id = pair[1];
                    case "source", "src" -> source = pair[1];
                    case "env" -> environment = pair[1];
                    default -> throw new BakeException("unexpected key '" + pair[0] + "' in '" + field + "'");
                }
            }
            return type.equals("env") && environment.isEmpty()
                    ? new Secret(id, "", source)
                    : new Secret(id, source, environment);
        }

        static Secret of(Value value) {
            if (string(value)) {
                return parse(value.string());
            }
            Value object = Conversion.convert(value, SECRET);
            return new Secret(text(object, "id"), text(object, "src"), text(object, "env"));
        }

        Value value() {
            return Value.object(Map.of("id", Value.of(id), "src", Value.of(source), "env", Value.of(environment)));
        }
    }

    /**
     * An SSH agent that the build may use.
     *
     * @param id the ID that the build mounts; {@code default} if empty
     * @param paths a socket, or keys; the agent of the client's machine if there are none
     */
    public record Ssh(String id, List<String> paths) implements Serializable {
        private static final String DEFAULT_ID = "default";

        /** The agent of the client's machine, with the ID that the daemon fetches contexts with. */
        public static final Ssh DEFAULT = new Ssh(DEFAULT_ID, List.of());

        /** Whether the daemon fetches contexts with this one. */
        public boolean isDefault() {
            return id.isEmpty() || id.equals(DEFAULT_ID);
        }

        /** Whether this is the agent of the client's machine, also if it is written with an empty path. */
        public boolean isAgentOfMachine() {
            return paths.isEmpty() || paths.equals(List.of(""));
        }

        static Ssh parse(String text) {
            String[] pair = text.split("=", 2);
            return new Ssh(pair[0], pair.length < 2 ? List.of() : List.of(pair[1].split(",", -1)));
        }

        static Ssh of(Value value) {
            if (string(value)) {
                return parse(value.string());
            }
            Value object = Conversion.convert(value, SSH);
            Value paths = object.attributes().get("paths");
            return new Ssh(
                    text(object, "id"),
                    paths.isNull()
                            ? List.of()
                            : paths.elements().stream().map(Value::string).toList());
        }

        Value value() {
            return Value.object(Map.of("id", Value.of(id), "paths", Value.strings(paths)));
        }
    }

    /**
     * A policy for the sources of a build.
     *
     * @param strict null: not given
     * @param logLevel empty: not given
     */
    public record Policy(List<String> files, boolean reset, boolean disabled, Boolean strict, String logLevel) {
        static Policy parse(String text) {
            return of(Csv.fields(text, ','));
        }

        static Policy of(Value value) {
            if (string(value)) {
                return parse(value.string());
            }
            List<String> fields = new ArrayList<>();
            strings(value).forEach((key, each) -> {
                if (!each.isEmpty()) {
                    fields.add(key + "=" + each);
                }
            });
            return of(fields);
        }

        private static Policy of(List<String> fields) {
            List<String> files = new ArrayList<>();
            Map<String, String> given = new LinkedHashMap<>();
            for (String field : fields) {
                String[] pair = pair(field);
                String key = pair[0].strip().toLowerCase(Locale.ROOT);
                if (key.equals("filename") && !pair[1].isEmpty()) {
                    files.add(pair[1]);
                } else if (Set.of("reset", "disabled", "strict", "log-level").contains(key)) {
                    given.put(key, pair[1]);
                } else {
                    throw new BakeException("invalid value " + field);
                }
            }
            String strict = given.get("strict");
            return new Policy(
                    files,
                    bool(given.getOrDefault("reset", "false")),
                    bool(given.getOrDefault("disabled", "false")),
                    strict == null ? null : (Boolean) bool(strict),
                    given.getOrDefault("log-level", ""));
        }

        Value value() {
            SortedMap<String, String> all = new TreeMap<>();
            if (!files.isEmpty()) {
                all.put("filename", files.get(0));
            }
            if (reset) {
                all.put("reset", "true");
            }
            if (disabled) {
                all.put("disabled", "true");
            }
            if (strict != null) {
                all.put("strict", strict.toString());
            }
            if (!logLevel.isEmpty()) {
                all.put("log-level", logLevel);
            }
            return map(all);
        }
    }

    private static boolean string(Value value) {
        return value.type().kind() == Type.Kind.STRING && !value.isNull();
    }

    private static String[] pair(String field) {
        String[] pair = field.split("=", 2);
        if (pair.length < 2) {
            throw new BakeException("invalid value " + field);
        }
        return pair;
    }

    private static String text(Value object, String name) {
        Value value = object.attributes().get(name);
        return value.isNull() ? "" : value.string();
    }

    private static SortedMap<String, String> strings(Value value) {
        Value map = Conversion.convert(value, STRINGS);
        if (map.isNull()) {
            throw new HclException(null, "a string or a map of strings is required, not null");
        }
        SortedMap<String, String> strings = new TreeMap<>(Value.KEYS);
        map.attributes().forEach((key, each) -> {
            if (each.isNull()) {
                throw new HclException(null, "the value of \"" + key + "\" must not be null");
            }
            strings.put(key, each.string());
        });
        return strings;
    }

    private static Value map(SortedMap<String, String> strings) {
        Map<String, Value> values = new TreeMap<>(Value.KEYS);
        strings.forEach((key, each) -> values.put(key, Value.of(each)));
        return Value.map(Type.STRING, values);
    }

    /** A truth value as Go's strconv.ParseBool reads it. */
    static boolean bool(String text) {
        return switch (text) {
            case "1", "t", "T", "TRUE", "true", "True" -> true;
            case "0", "f", "F", "FALSE", "false", "False" -> false;
            default -> throw new BakeException("'" + text + "' is neither true nor false");
        };
    }

    /** The entries with the last one of each key, at the place of the first one. */
    static <T> List<T> lastOf(List<T> entries, Function<T, String> key) {
        Map<String, T> byKey = new LinkedHashMap<>();
        entries.forEach(each -> byKey.put(key.apply(each), each));
        return new ArrayList<>(byKey.values());
    }

    /** The entries without those that repeat, in the order that buildx' removeDupes leaves them. */
    static <T> List<T> distinct(List<T> entries) {
        List<T> kept = new ArrayList<>(entries);
        // The places of those entries that come after the current one. Each of them is there once.
        Map<T, Integer> places = new HashMap<>();
        for (int i = kept.size() - 1; i >= 0; i--) {
            T entry = kept.get(i);
            Integer repeated = places.get(entry);
            if (repeated != null) {
                T last = kept.remove(kept.size() - 1);
                if (repeated < kept.size()) {
                    kept.set(repeated, last);
                    places.put(last, repeated);
                }
            }
            places.put(entry, i);
        }
        return kept;
    }

    /** A list of strings without those that repeat or are empty. Null stays null. */
    static List<String> distinctStrings(List<String> strings) {
        return strings == null
                ? null
                : new ArrayList<>(strings.stream()
                        .filter(each -> !each.isEmpty())
                        .distinct()
                        .toList());
    }
}
