// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.bake;

import io.jenkins.plugins.treenq.buildkit.bake.TargetEntries.Attest;
import io.jenkins.plugins.treenq.buildkit.bake.TargetEntries.Cache;
import io.jenkins.plugins.treenq.buildkit.bake.TargetEntries.Output;
import io.jenkins.plugins.treenq.buildkit.bake.TargetEntries.Policy;
import io.jenkins.plugins.treenq.buildkit.bake.TargetEntries.Secret;
import io.jenkins.plugins.treenq.buildkit.bake.TargetEntries.Ssh;
import io.jenkins.plugins.treenq.buildkit.hcl.Conversion;
import io.jenkins.plugins.treenq.buildkit.hcl.HclException;
import io.jenkins.plugins.treenq.buildkit.hcl.Type;
import io.jenkins.plugins.treenq.buildkit.hcl.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/** One image, or other result, that a bake file describes. Fields that are null are not given. */
public final class BakeTarget {
    /** The attributes that a block of a file can have; others are ignored, as buildx does. */
    static final Set<String> ATTRIBUTES = Set.of(
            "description",
            "inherits",
            "annotations",
            "attest",
            "context",
            "contexts",
            "dockerfile",
            "dockerfile-inline",
            "args",
            "labels",
            "tags",
            "cache-from",
            "cache-to",
            "target",
            "secret",
            "ssh",
            "platforms",
            "output",
            "pull",
            "no-cache",
            "network",
            "no-cache-filter",
            "shm-size",
            "ulimits",
            "resources",
            "call",
            "entitlements",
            "extra-hosts",
            "policy");

    private static final Type STRING_LIST = Type.list(Type.STRING);
    private static final Type STRING_MAP = Type.map(Type.STRING);
    private static final Map<String, Type> RESOURCES = Map.of(
            "memory", Type.STRING,
            "memory-swap", Type.STRING,
            "cpu-shares", Type.NUMBER,
            "cpu-period", Type.NUMBER,
            "cpu-quota", Type.NUMBER,
            "cpuset-cpus", Type.STRING,
            "cpuset-mems", Type.STRING);
    /** The order in which buildx writes the resources. */
    static final List<String> RESOURCE_ORDER =
            List.of("memory", "memory-swap", "cpu-shares", "cpu-period", "cpu-quota", "cpuset-cpus", "cpuset-mems");

    final String name;
    String description = "";
    List<String> inherits;
    List<String> annotations;
    List<Attest> attest;
    String context;

    /** The address of the remote definition that has the contexts; null if they are folders of the client's machine. */
    String source;

    Map<String, String> contexts;
    String dockerfile;
    String dockerfileInline;
    Map<String, String> args;
    Map<String, String> labels;
    List<String> tags;
    List<Cache> cacheFrom;
    List<Cache> cacheTo;
    String target;
    List<Secret> secrets;
    List<Ssh> ssh;
    List<String> platforms;
    List<Output> outputs;
    Boolean pull;
    Boolean noCache;
    String network;
    List<String> noCacheFilter;
    String shmSize;
    List<String> ulimits;
    /** Strings, and Longs for numbers. */
    Map<String, Object> resources;

    String call;
    List<String> entitlements;
    Map<String, String> extraHosts;
    List<Policy> policy;
    /** Whether the target is only needed by another one. */
    boolean linked;

    BakeTarget(String name) {
        this.name = name;
    }

    /** @throws HclException if the value does not fit the attribute */
    void set(String attribute, Value value) {
        switch (attribute) {
            case "description" -> {
                description = string(value);
                if (description == null) {
                    throw new HclException(null, "a string is required");
                }
            }
            case "inherits" -> inherits = strings(value);
            case "annotations" -> annotations = strings(value);
            case "attest" -> attest = entries(value, each -> List.of(Attest.of(each)));
            case "context" -> context = string(value);
            case "contexts" -> contexts = stringMap(value, false);
            case "dockerfile" -> dockerfile = string(value);
            case "dockerfile-inline" -> dockerfileInline = string(value);
            case "args" -> args = stringMap(value, true);
            case "labels" -> labels = stringMap(value, true);
            case "tags" -> tags = strings(value);
            case "cache-from" -> cacheFrom = entries(value, Cache::of);
            case "cache-to" -> cacheTo = entries(value, Cache::of);
            case "target" -> target = string(value);
            case "secret" -> secrets = entries(value, each -> List.of(Secret.of(each)));
            case "ssh" -> ssh = entries(value, each -> List.of(Ssh.of(each)));
            case "platforms" -> platforms = strings(value);
            case "output" -> outputs = entries(value, each -> List.of(Output.of(each)));
            case "pull" -> pull = bool(value);
            case "no-cache" -> noCache = bool(value);
            case "network" -> network = string(value);
            case "no-cache-filter" -> noCacheFilter = strings(value);
            case "shm-size" -> shmSize = string(value);
            case "ulimits" -> ulimits = strings(value);
            case "resources" -> resources = resources(value);
            case "call" -> call = string(value);
            case "entitlements" -> entitlements = strings(value);
            case "extra-hosts" -> extraHosts = stringMap(value, true);
            case "policy" -> policy = entries(value, each -> List.of(Policy.of(each)));
            default -> throw new IllegalArgumentException(attribute);
        }
    }

    static String string(Value value) {
        Value string = Conversion.convert(value, Type.STRING);
        return string.isNull() ? null : string.string();
    }

    private static Boolean bool(Value value) {
        Value bool = Conversion.convert(value, Type.BOOL);
        return bool.isNull() ? null : (Boolean) bool.bool();
    }

    static List<String> strings(Value value) {
        Value list = Conversion.convert(value, STRING_LIST);
        if (list.isNull()) {
            return null;
        }
        List<String> strings = new ArrayList<>();
        for (Value each : list.elements()) {
            if (each.isNull()) {
                throw new HclException(null, "an element of the list is null; a string is required");
            }
            strings.add(each.string());
        }
        return strings;
    }

    private static Map<String, String> stringMap(Value value, boolean nullable) {
        Value map = Conversion.convert(value, STRING_MAP);
        if (map.isNull()) {
            return null;
        }
        Map<String, String> strings = new TreeMap<>(Value.KEYS);
        map.attributes().forEach((key, each) -> {
            if (each.isNull() && !nullable) {
                throw new HclException(null, "the value of \"" + key + "\" is null; a string is required");
            }
            strings.put(key, each.isNull() ? null : each.string());
        });
        return strings;
    }

    private static <T> List<T> entries(Value value, Function<Value, List<T>> entry) {
        if (value.isNull()) {
            return null;
        }
        if (!value.type().is(Type.Kind.LIST, Type.Kind.TUPLE)) {
            throw new HclException(
                    null, "a list is required, not " + value.type().friendlyName());
        }
        List<T> entries = new ArrayList<>();
        for (Value each : value.elements()) {
            if (each.isNull()) {
                throw new HclException(null, "an element of the list is null");
            }
            if (each.type().kind() != Type.Kind.STRING || !each.string().isEmpty()) {
                entries.addAll(entry.apply(each));
            }
        }
        return entries;
    }

    private static Map<String, Object> resources(Value value) {
        if (value.isNull()) {
            return null;
        }
        Value object = Conversion.convert(value, Type.object(RESOURCES, RESOURCES.keySet()));
        Map<String, Object> resources = new TreeMap<>();
        object.attributes().forEach((key, each) -> {
            if (!each.isNull()) {
                resources.put(key, each.type().kind() == Type.Kind.STRING ? each.string() : (Object) whole(each));
            }
        });
        return resources;
    }

    private static long whole(Value number) {
        try {
            return number.number().longValueExact();
        } catch (ArithmeticException e) {
            throw new HclException(null, "a whole number is required");
        }
    }

    /** This target as a value that expressions can refer to. */
    Value value() {
        Map<String, Value> all = new TreeMap<>(Value.KEYS);
        all.put("name", Value.of(name));
        all.put("description", Value.of(description));
        all.put("inherits", value(inherits));
        all.put("annotations", value(annotations));
        all.put("attest", values(attest, STRING_MAP, Attest::value));
        all.put("context", value(context));
        all.put("contexts", value(contexts));
        all.put("dockerfile", value(dockerfile));
        all.put("dockerfile-inline", value(dockerfileInline));
        all.put("args", value(args));
        all.put("labels", value(labels));
        all.put("tags", value(tags));
        all.put("cache-from", values(cacheFrom, STRING_MAP, Cache::value));
        all.put("cache-to", values(cacheTo, STRING_MAP, Cache::value));
        all.put("target", value(target));
        all.put(
                "secret",
                values(
                        secrets,
                        Type.object(Map.of("id", Type.STRING, "src", Type.STRING, "env", Type.STRING)),
                        Secret::value));
        all.put("ssh", values(ssh, Type.object(Map.of("id", Type.STRING, "paths", STRING_LIST)), Ssh::value));
        all.put("platforms", value(platforms));
        all.put("output", values(outputs, STRING_MAP, Output::value));
        all.put("pull", pull == null ? Value.ofNull(Type.BOOL) : Value.of(pull));
        all.put("no-cache", noCache == null ? Value.ofNull(Type.BOOL) : Value.of(noCache));
        all.put("network", value(network));
        all.put("no-cache-filter", value(noCacheFilter));
        all.put("shm-size", value(shmSize));
        all.put("ulimits", value(ulimits));
        all.put("resources", resourcesValue());
        all.put("call", value(call));
        all.put("entitlements", value(entitlements));
        all.put("extra-hosts", value(extraHosts));
        all.put("policy", values(policy, STRING_MAP, Policy::value));
        return Value.object(all);
    }

    private static Value value(String text) {
        return text == null ? Value.ofNull(Type.STRING) : Value.of(text);
    }

    private static Value value(List<String> strings) {
        return strings == null ? Value.ofNull(STRING_LIST) : Value.strings(strings);
    }

    private static Value value(Map<String, String> strings) {
        if (strings == null) {
            return Value.ofNull(STRING_MAP);
        }
        Map<String, Value> values = new TreeMap<>(Value.KEYS);
        strings.forEach((key, each) -> values.put(key, value(each)));
        return Value.map(Type.STRING, values);
    }

    private static <T> Value values(List<T> entries, Type element, Function<T, Value> value) {
        return Value.list(
                element,
                entries == null ? List.of() : entries.stream().map(value).toList());
    }

    private Value resourcesValue() {
        if (resources == null) {
            return Value.ofNull(Type.object(RESOURCES));
        }
        Map<String, Value> values = new TreeMap<>(Value.KEYS);
        RESOURCES.forEach((key, type) -> {
            Object given = resources.get(key);
            values.put(
                    key,
                    given == null
                            ? Value.ofNull(type)
                            : given instanceof Long number ? Value.of(number) : Value.of((String) given));
        });
        return Value.object(values);
    }

    /** Takes what another target gives, which comes later in a file or is nearer in an inheritance. */
    void merge(BakeTarget other) {
        context = other.context != null ? other.context : context;
        dockerfile = other.dockerfile != null ? other.dockerfile : dockerfile;
        dockerfileInline = other.dockerfileInline != null ? other.dockerfileInline : dockerfileInline;
        args = merged(args, other.args);
        contexts = merged(contexts, other.contexts);
        labels = merged(labels, other.labels);
        tags = other.tags != null ? new ArrayList<>(other.tags) : tags;
        target = other.target != null ? other.target : target;
        call = other.call != null ? other.call : call;
        annotations = appended(annotations, other.annotations);
        if (other.attest != null) {
            attest = TargetEntries.lastOf(appended(attest, other.attest), Attest::type);
        }
        policy = appended(policy, other.policy);
        if (other.secrets != null) {
            secrets = TargetEntries.lastOf(appended(secrets, other.secrets), Secret::id);
        }
        if (other.ssh != null) {
            ssh = TargetEntries.lastOf(appended(ssh, other.ssh), Ssh::id);
        }
        platforms = other.platforms != null ? new ArrayList<>(other.platforms) : platforms;
        if (other.cacheFrom != null) {
            cacheFrom = TargetEntries.distinct(appended(cacheFrom, other.cacheFrom));
        }
        cacheTo = other.cacheTo != null ? new ArrayList<>(other.cacheTo) : cacheTo;
        outputs = other.outputs != null ? new ArrayList<>(other.outputs) : outputs;
        pull = other.pull != null ? other.pull : pull;
        noCache = other.noCache != null ? other.noCache : noCache;
        network = other.network != null ? other.network : network;
        noCacheFilter = appended(noCacheFilter, other.noCacheFilter);
        shmSize = other.shmSize != null ? other.shmSize : shmSize;
        ulimits = appended(ulimits, other.ulimits);
        if (other.resources != null) {
            Map<String, Object> all = new TreeMap<>();
            if (resources != null) {
                all.putAll(resources);
            }
            all.putAll(other.resources);
            resources = all;
        }
        description = other.description.isEmpty() ? description : other.description;
        entitlements = appended(entitlements, other.entitlements);
        extraHosts = merged(extraHosts, other.extraHosts);
        inherits = appended(inherits, other.inherits);
    }

    /** Returns the number of values in all lists and maps, which a merge copies. */
    int values() {
        return Stream.of(
                                inherits,
                                annotations,
                                attest,
                                tags,
                                cacheFrom,
                                cacheTo,
                                secrets,
                                ssh,
                                platforms,
                                outputs,
                                noCacheFilter,
                                ulimits,
                                entitlements,
                                policy)
                        .filter(Objects::nonNull)
                        .mapToInt(List::size)
                        .sum()
                + Stream.of(contexts, args, labels, extraHosts)
                        .filter(Objects::nonNull)
                        .mapToInt(Map::size)
                        .sum();
    }

    private static Map<String, String> merged(Map<String, String> one, Map<String, String> other) {
        if (other == null || other.isEmpty()) {
            return one;
        }
        SortedMap<String, String> all = new TreeMap<>(Value.KEYS);
        if (one != null) {
            all.putAll(one);
        }
        other.forEach((key, value) -> {
            if (value != null) {
                all.put(key, value);
            }
        });
        return all;
    }

    static <T> List<T> appended(List<T> one, List<T> other) {
        if (other == null) {
            return one;
        }
        List<T> all = new ArrayList<>();
        if (one != null) {
            all.addAll(one);
        }
        all.addAll(other);
        return all;
    }

    void normalize() {
        annotations = TargetEntries.distinctStrings(annotations);
        attest = attest == null ? null : TargetEntries.lastOf(attest, Attest::type);
        tags = TargetEntries.distinctStrings(tags);
        secrets = secrets == null ? null : TargetEntries.lastOf(secrets, Secret::id);
        ssh = ssh == null ? null : TargetEntries.lastOf(ssh, Ssh::id);
        platforms = TargetEntries.distinctStrings(platforms);
        cacheFrom = cacheFrom == null ? null : TargetEntries.distinct(cacheFrom);
        cacheTo = cacheTo == null ? null : TargetEntries.distinct(cacheTo);
        outputs = outputs == null ? null : TargetEntries.distinct(outputs);
        noCacheFilter = TargetEntries.distinctStrings(noCacheFilter);
        ulimits = TargetEntries.distinctStrings(ulimits);
        if ("host".equals(network)) {
            entitlements = appended(entitlements, List.of("network.host"));
        }
        entitlements = TargetEntries.distinctStrings(entitlements);
        if (contexts != null) {
            contexts = new TreeMap<>(contexts);
            contexts.values().removeIf(String::isEmpty);
        }
    }

    // What the target is built with

    public String name() {
        return name;
    }

    public String description() {
        return description;
    }

    public List<String> annotations() {
        return list(annotations);
    }

    public List<Attest> attest() {
        return list(attest);
    }

    public String context() {
        return context;
    }

    /** Returns the named contexts as the file has them. */
    public Map<String, String> contexts() {
        return map(contexts);
    }

    /** Returns the named contexts as they are built: folders of the client's machine, or addresses. */
    public Map<String, String> resolvedContexts() {
        Map<String, String> resolved = new TreeMap<>(contexts());
        resolved.replaceAll((name, value) -> BakeDefinition.context(value, source));
        return resolved;
    }

    public String dockerfile() {
        return dockerfile;
    }

    /** Null if the target has none. */
    public String dockerfileInline() {
        return dockerfileInline;
    }

    public Map<String, String> args() {
        return map(args);
    }

    public Map<String, String> labels() {
        return map(labels);
    }

    public List<String> tags() {
        return list(tags);
    }

    public List<Cache> cacheFrom() {
        return list(cacheFrom);
    }

    public List<Cache> cacheTo() {
        return list(cacheTo);
    }

    /** The stage to build; empty for the last one. */
    public String target() {
        return target == null ? "" : target;
    }

    public List<Secret> secrets() {
        return list(secrets);
    }

    public List<Ssh> ssh() {
        return list(ssh);
    }

    public List<String> platforms() {
        return list(platforms);
    }

    public List<Output> outputs() {
        return list(outputs);
    }

    public boolean pull() {
        return Boolean.TRUE.equals(pull);
    }

    public boolean noCache() {
        return Boolean.TRUE.equals(noCache);
    }

    public String network() {
        return network == null ? "" : network;
    }

    public List<String> noCacheFilter() {
        return list(noCacheFilter);
    }

    public String shmSize() {
        return shmSize == null ? "" : shmSize;
    }

    public List<String> ulimits() {
        return list(ulimits);
    }

    public Map<String, Object> resources() {
        return resources == null ? Map.of() : resources;
    }

    /** What the frontend is asked for instead of a build; empty for a build. */
    public String call() {
        return call == null ? "" : call;
    }

    public List<String> entitlements() {
        return list(entitlements);
    }

    public Map<String, String> extraHosts() {
        return map(extraHosts);
    }

    public List<Policy> policy() {
        return list(policy);
    }

    /** Whether the target was not asked for, but another one needs it. */
    public boolean linked() {
        return linked;
    }

    private static <T> List<T> list(List<T> entries) {
        return entries == null ? List.of() : List.copyOf(entries);
    }

    private static Map<String, String> map(Map<String, String> entries) {
        SortedMap<String, String> given = new TreeMap<>(Value.KEYS);
        if (entries != null) {
            entries.forEach((key, value) -> {
                if (value != null) {
                    given.put(key, value);
                }
            });
        }
        return given;
    }
}
