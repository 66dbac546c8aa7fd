// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.bake;

import io.jenkins.plugins.treenq.buildkit.bake.TargetEntries.Attest;
import io.jenkins.plugins.treenq.buildkit.bake.TargetEntries.Cache;
import io.jenkins.plugins.treenq.buildkit.bake.TargetEntries.Output;
import io.jenkins.plugins.treenq.buildkit.bake.TargetEntries.Policy;
import io.jenkins.plugins.treenq.buildkit.bake.TargetEntries.Secret;
import io.jenkins.plugins.treenq.buildkit.bake.TargetEntries.Ssh;
import io.jenkins.plugins.treenq.buildkit.hcl.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/** Attributes of targets that the caller sets: {@code target.attribute=value}, as buildx' {@code --set} has them. */
final class Overrides {
    private static final Map<String, String> ALIASES = Map.ofEntries(
            Map.entry("annotations", "annotation"),
            Map.entry("args", "arg"),
            Map.entry("entitlements", "entitlement"),
            Map.entry("extra-hosts", "extra-host"),
            Map.entry("labels", "label"),
            Map.entry("platforms", "platform"),
            Map.entry("resources", "resource"),
            Map.entry("tags", "tag"),
            Map.entry("ulimits", "ulimit"),
            Map.entry("secrets", "secret"));
    private static final Set<String> LISTS = Set.of(
            "output",
            "cache-to",
            "cache-from",
            "tag",
            "platform",
            "ssh",
            "attest",
            "entitlement",
            "annotation",
            "policy",
            "ulimit",
            "no-cache-filter",
            "secret");
    private static final Set<String> NAMED = Set.of("contexts", "label", "extra-host", "resource", "arg");
    private static final Set<String> SINGLE = Set.of(
            "context", "dockerfile", "target", "call", "no-cache", "shm-size", "network", "pull", "push", "load");
    /** These change the outputs that others give, so they come last. */
    private static final List<String> LAST = List.of("push", "load");

    private Overrides() {}

    /** @param clear whether an empty value takes away what the file has */
    record Override(String value, List<String> values, boolean append, boolean clear) {}

    /** The overrides of each target, by the attribute. */
    static Map<String, Map<String, Override>> read(BakeConfig config, BakeRequest request) {
        Map<String, Map<String, Override>> all = new HashMap<>();
        for (String each : request.overrides()) {
            String[] pair = each.split("=", 2);
            boolean append = pair[0].endsWith("+");
            String key = append ? pair[0].substring(0, pair[0].length() - 1) : pair[0];
            String[] keys = key.split("\\.", 3);
            if (keys.length < 2) {
                throw new BakeException("invalid override key " + key + ", expected target.name");
            }
            if (keys[1].equals("secrets") && keys.length > 2) {
                throw new BakeException("invalid key " + pair[0] + ", secret does not support subkeys");
            }
            String attribute = ALIASES.getOrDefault(keys[1], keys[1]);
            String name = keys.length > 2 ? keys[2] : null;
            if (pair.length < 2 && !attribute.equals("arg")) {
                throw new BakeException("invalid override " + each + ", expected target.name=value");
            }
            check(attribute, name, append, pair[0]);
            String value = pair.length > 1 ? pair[1] : request.environment().apply(name);
            if (value == null) {
                continue;
            }
            String full = name == null ? attribute : attribute + "." + name;
            for (String target : config.matchingTargets(keys[0])) {
                all.computeIfAbsent(target, unused -> new LinkedHashMap<>())
                        .merge(full, first(attribute, name, value, append), Overrides::both);
            }
        }
        return all;
    }

    private static void check(String attribute, String name, boolean append, String key) {
        if (LISTS.contains(attribute) && name != null) {
            if (!attribute.equals("secret")) {
                throw new BakeException("invalid key " + key + ", " + attribute + " does not support subkeys");
            } else if (append) {
                throw new BakeException("invalid key " + key + ", secret does not support append");
            }
        } else if (NAMED.contains(attribute) && name == null) {
            throw new BakeException("invalid key " + key + ", " + attribute + " requires name");
        } else if (SINGLE.contains(attribute) && name != null) {
            throw new BakeException("invalid key " + key + ", " + attribute + " does not support subkeys");
        } else if (attribute.equals("resource") && append) {
            throw new BakeException("invalid key " + key + ", resource does not support append");
        }
    }

    private static Override first(String attribute, String name, String value, boolean append) {
        if (!LISTS.contains(attribute) || name != null) {
            return new Override(value, List.of(), false, false);
        }
        boolean clear = !append && value.isEmpty();
        return new Override("", clear ? List.of() : List.of(value), append && !clear, clear);
    }

    private static Override both(Override before, Override next) {
        if (next.clear()) {
            return next;
        }
        boolean clear = before.clear();
        return new Override(
                next.value(), BakeTarget.appended(before.values(), next.values()), next.append() && !clear, clear);
    }

    static void apply(BakeTarget target, Map<String, Override> overrides) {
        overrides.forEach((key, each) -> {
            if (!LAST.contains(key) && !key.startsWith("secret.")) {
                apply(target, key.split("\\.", 2), each);
            }
        });
        overrides.forEach((key, each) -> {
            if (key.startsWith("secret.")) {
                secret(target, key.substring("secret.".length()), each.value());
            }
        });
        for (String last : LAST) {
            Override override = overrides.get(last);
            if (override != null) {
                apply(target, new String[] {last}, override);
            }
        }
    }

    private static void apply(BakeTarget target, String[] keys, Override override) {
        String value = override.value();
        String name = keys.length > 1 ? keys[1] : "";
        switch (keys[0]) {
            case "context" -> target.context = value;
            case "dockerfile" -> target.dockerfile = value;
            case "arg" -> target.args = with(target.args, name, value);
            case "contexts" -> target.contexts = with(target.contexts, name, value);
            case "label" -> target.labels = with(target.labels, name, value);
            case "extra-host" -> target.extraHosts = with(target.extraHosts, name, value);
            case "tag" -> target.tags = list(target.tags, override);
            case "platform" -> target.platforms = list(target.platforms, override);
            case "no-cache-filter" -> target.noCacheFilter = list(target.noCacheFilter, override);
            case "ulimit" -> target.ulimits = list(target.ulimits, override);
            case "entitlement" -> target.entitlements = added(target.entitlements, override);
            case "annotation" -> target.annotations = added(target.annotations, override);
            case "policy" ->
                target.policy = entries(
                        override.append() ? target.policy : null, override, each -> List.of(Policy.parse(each)));
            case "cache-from" ->
                target.cacheFrom = entries(override.append() ? target.cacheFrom : null, override, Cache::parse);
            case "cache-to" ->
                target.cacheTo = entries(override.append() ? target.cacheTo : null, override, Cache::parse);
            case "secret" ->
                target.secrets = entries(
                        override.append() ? target.secrets : null, override, each -> List.of(Secret.parse(each)));
            case "ssh" ->
                target.ssh = entries(override.append() ? target.ssh : null, override, each -> List.of(Ssh.parse(each)));
            case "output" ->
                target.outputs = entries(
                        override.append() ? target.outputs : null, override, each -> List.of(Output.parse(each)));
            case "attest" ->
                target.attest =
                        entries(override.clear() ? null : target.attest, override, each -> List.of(Attest.parse(each)));
            case "target" -> target.target = value;
            case "call" -> target.call = value;
            case "shm-size" -> target.shmSize = value;
            case "network" -> target.network = value;
            case "no-cache" -> target.noCache = bool("no-cache", value);
            case "pull" -> target.pull = bool("pull", value);
            case "push" -> target.outputs = push(target.outputs, bool("push", value));
            case "load" -> target.outputs = load(target.outputs, bool("load", value));
            case "resource" -> resource(target, name, value);
            default -> throw new BakeException("unknown key: " + keys[0]);
        }
    }

    private static boolean bool(String key, String value) {
        try {
            return TargetEntries.bool(value);
        } catch (BakeException e) {
            throw new BakeException("invalid value " + value + " for boolean key " + key);
        }
    }

    private static Map<String, String> with(Map<String, String> map, String name, String value) {
        Map<String, String> all = new TreeMap<>(Value.KEYS);
        if (map != null) {
            all.putAll(map);
        }
        all.put(name, value);
        return all;
    }

    private static List<String> list(List<String> before, Override override) {
        return override.append() ? BakeTarget.appended(before, override.values()) : override.values();
    }

    private static List<String> added(List<String> before, Override override) {
        return BakeTarget.appended(override.clear() ? null : before, override.values());
    }

    private static <T> List<T> entries(List<T> before, Override override, Function<String, List<T>> parse) {
        List<T> all = before == null ? new ArrayList<>() : new ArrayList<>(before);
        for (String each : override.values()) {
            if (!each.isEmpty()) {
                all.addAll(parse.apply(each));
            }
        }
        return all;
    }

    private static void resource(BakeTarget target, String name, String value) {
        if (!BakeTarget.RESOURCE_ORDER.contains(name)) {
            throw new BakeException("unknown resources key " + name);
        }
        Map<String, Object> resources = new TreeMap<>();
        if (target.resources != null) {
            resources.putAll(target.resources);
        }
        if (name.matches("cpu-(shares|period|quota)")) {
            try {
                resources.put(name, Long.parseLong(value));
            } catch (NumberFormatException e) {
                throw new BakeException("invalid value " + value + " for int64 key resources." + name);
            }
        } else {
            resources.put(name, value);
        }
        target.resources = resources;
    }

    private static void secret(BakeTarget target, String id, String value) {
        if (target.secrets != null) {
            for (int i = 0; i < target.secrets.size(); i++) {
                if (target.secrets.get(i).id().equals(id)) {
                    Secret next = Secret.parse(value);
                    if (!next.id().isEmpty() && !next.id().equals(id)) {
                        throw new BakeException("secret override id \"" + next.id()
                                + "\" does not match declared secret \"" + id + "\"");
                    }
                    List<Secret> changed = new ArrayList<>(target.secrets);
                    changed.set(i, new Secret(id, next.source(), next.environment()));
                    target.secrets = changed;
                    return;
                }
            }
        }
        throw new BakeException("secret \"" + id + "\" must be declared before it can be overridden");
    }

    private static List<Output> push(List<Output> outputs, boolean push) {
        List<Output> changed = new ArrayList<>();
        boolean add = true;
        for (Output each : outputs == null ? List.<Output>of() : outputs) {
            if (!push && each.type().equals("registry")) {
                continue;
            }
            add &= each.type().equals("docker");
            changed.add(each.type().equals("image") ? each.with("push", String.valueOf(push)) : each);
        }
        if (push && add) {
            changed.add(new Output("image", "", new TreeMap<>(Map.of("push", "true"))));
        }
        return outputs == null && changed.isEmpty() ? null : changed;
    }

    private static List<Output> load(List<Output> outputs, boolean load) {
        List<Output> given = outputs == null ? List.of() : outputs;
        if (!load
                || given.stream()
                        .anyMatch(each -> each.type().equals("docker")
                                && each.destination().isEmpty())
                || given.stream().anyMatch(each -> !Set.of("docker", "image", "registry", "oci")
                        .contains(each.type()))) {
            return outputs;
        }
        return BakeTarget.appended(outputs, List.of(new Output("docker", "", new TreeMap<>())));
    }
}
