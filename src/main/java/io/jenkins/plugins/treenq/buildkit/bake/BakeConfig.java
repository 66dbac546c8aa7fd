// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.bake;

import io.jenkins.plugins.treenq.buildkit.hcl.HclBody;
import io.jenkins.plugins.treenq.buildkit.hcl.HclException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** All that bake files define. */
public final class BakeConfig {
    private static final int MOST_TARGETS = 20_000;

    /** Groups within groups. */
    private static final int MOST_NESTED = 1_000;

    final List<BakeGroup> groups = new ArrayList<>();
    final List<BakeTarget> targets = new ArrayList<>();
    final List<BakeVariable> variables = new ArrayList<>();
    final CopyLimit limit = new CopyLimit();

    BakeConfig() {}

    /** @throws BakeException or HclException if a file is not valid */
    public static BakeConfig read(BakeRequest request) {
        BakeConfig config = new BakeConfig();
        List<BakeFile> compose = new ArrayList<>();
        List<HclBody> hcl = new ArrayList<>();
        for (BakeFile file : request.files()) {
            String name = file.name().toLowerCase(Locale.ROOT);
            if (name.endsWith(".yml") || name.endsWith(".yaml")) {
                compose.add(file);
            } else if (name.endsWith(".json")) {
                hcl.add(HclBody.parseJson(file.content(), file.name(), HclConfig.LABELED));
            } else if (name.endsWith(".hcl")) {
                hcl.add(HclBody.parse(file.content(), file.name()));
            } else {
                guess(file, request, compose, hcl);
            }
        }
        if (!compose.isEmpty()) {
            ComposeConfig.read(compose, request, config);
        }
        if (!hcl.isEmpty()) {
            HclConfig.evaluate(hcl, request, config);
        }
        config.groups.forEach(group -> group.targets = group.targets == null
                ? null
                : new ArrayList<>(group.targets.stream().distinct().toList()));
        return config;
    }

    /** Files without a known ending: Compose, if it is that; else HCL, or else JSON. */
    private static void guess(BakeFile file, BakeRequest request, List<BakeFile> compose, List<HclBody> hcl) {
        try {
            ComposeConfig.read(List.of(file), request, new BakeConfig());
            compose.add(file);
            return;
        } catch (BakeException | HclException e) {
            // It is no Compose file.
        }
        try {
            hcl.add(HclBody.parse(file.content(), file.name()));
        } catch (HclException e) {
            try {
                hcl.add(HclBody.parseJson(file.content(), file.name(), HclConfig.LABELED));
            } catch (HclException unused) {
                throw e;
            }
        }
    }

    public List<BakeGroup> groups() {
        return List.copyOf(groups);
    }

    public List<BakeTarget> targets() {
        return List.copyOf(targets);
    }

    /** The variables of HCL files, by their names. */
    public List<BakeVariable> variables() {
        return List.copyOf(variables);
    }

    Optional<BakeGroup> group(String name) {
        return groups.stream().filter(each -> each.name.equals(name)).findFirst();
    }

    Optional<BakeTarget> target(String name) {
        return targets.stream().filter(each -> each.name.equals(name)).findFirst();
    }

    /** Adds a target, or merges it into the one that has its name. */
    void add(BakeTarget target) {
        target(target.name).ifPresentOrElse(existing -> existing.merge(target), () -> targets.add(target));
        requireFew(targets.size(), "targets");
    }

    private static void requireFew(int count, String what) {
        if (count > MOST_TARGETS) {
            throw new BakeException("The files have more than " + MOST_TARGETS + " " + what);
        }
    }

    /** Adds a group in place of one that has its name. */
    void put(BakeGroup group) {
        for (int i = 0; i < groups.size(); i++) {
            if (groups.get(i).name.equals(group.name)) {
                groups.set(i, group);
                return;
            }
        }
        groups.add(group);
        requireFew(groups.size(), "groups");
    }

    /**
     * The targets and groups that a pattern matches, as Go's path.Match does; a name without a pattern stays as it
     * is.
     */
    List<String> matching(String pattern) {
        if (!pattern.matches(".*[*?\\[\\]].*")) {
            return List.of(pattern);
        }
        Pattern glob = glob(pattern);
        List<String> names = new ArrayList<>();
        groups.stream().map(each -> each.name).filter(glob.asMatchPredicate()).forEach(names::add);
        targets.stream().map(each -> each.name).filter(glob.asMatchPredicate()).forEach(names::add);
        if (names.isEmpty()) {
            throw new BakeException("could not find any target matching \"" + pattern + "\"");
        }
        return names;
    }

    List<String> matchingTargets(String pattern) {
        if (target(pattern).isPresent()) {
            return List.of(pattern);
        }
        Pattern glob = glob(pattern);
        List<String> names = targets.stream()
                .map(each -> each.name)
                .filter(glob.asMatchPredicate())
                .toList();
        if (names.isEmpty()) {
            throw new BakeException("could not find any target matching '" + pattern + "'");
        }
        return names;
    }

    private static Pattern glob(String pattern) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            int end = c == '[' ? pattern.indexOf(']', i + 2) : -1;
            if (c == '*') {
                out.append("[^/]*");
            } else if (c == '?') {
                out.append("[^/]");
            } else if (end > 0) {
                out.append('[')
                        .append(pattern.substring(i + 1, end)
                                .replace("[", "\\[")
                                .replace("&", "\\&"))
                        .append(']');
                i = end;
            } else if (c == '[') {
                throw new BakeException("could not match targets with '" + pattern + "': syntax error in pattern");
            } else {
                out.append(Pattern.quote(String.valueOf(c)));
            }
        }
        try {
            return Pattern.compile(out.toString());
        } catch (PatternSyntaxException e) {
            throw new BakeException("could not match targets with '" + pattern + "': syntax error in pattern");
        }
    }

    /** The targets of a group and of the groups within it, and those groups; for the name of a target, that. */
    void resolveGroup(String name, List<String> found, List<String> foundGroups) {
        resolveGroup(name, new HashMap<>(), found, foundGroups, 0);
    }

    private void resolveGroup(
            String name, Map<String, List<String>> visited, List<String> found, List<String> foundGroups, int depth) {
        if (depth > MOST_NESTED) {
            throw new BakeException("More than " + MOST_NESTED + " groups are in each other");
        }
        if (visited.containsKey(name)) {
            found.addAll(visited.get(name));
            return;
        }
        Optional<BakeGroup> group = group(name);
        if (group.isEmpty()) {
            found.add(name);
            return;
        }
        visited.put(name, List.of());
        foundGroups.add(name);
        // Groups that contain each other twice would otherwise have many more entries than there are targets.
        Set<String> distinct = new LinkedHashSet<>();
        for (String each : group.get().targets()) {
            List<String> inner = new ArrayList<>();
            resolveGroup(each, visited, inner, foundGroups, depth + 1);
            limit.use(inner);
            distinct.addAll(inner.isEmpty() ? List.of(each) : inner);
        }
        visited.put(name, List.copyOf(distinct));
        found.addAll(distinct);
    }

    /** A target with what it inherits and what overrides it. */
    BakeTarget resolve(String name, Map<String, Map<String, Overrides.Override>> overrides) {
        BakeTarget resolved = resolve(name, new HashMap<>(), overrides);
        resolved.inherits = null;
        resolved.context = resolved.context == null ? "." : resolved.context;
        resolved.dockerfile =
                resolved.dockerfile == null || resolved.dockerfile.isEmpty() ? "Dockerfile" : resolved.dockerfile;
        return resolved;
    }

    private void merge(BakeTarget target, BakeTarget other) {
        target.merge(other);
        limit.use(1 + target.values());
    }

    private BakeTarget resolve(
            String name, Map<String, BakeTarget> visited, Map<String, Map<String, Overrides.Override>> overrides) {
        if (visited.containsKey(name)) {
            return visited.get(name);
        }
        visited.put(name, null);
        if (visited.size() > 1000) {
            throw new BakeException("More than 1000 targets inherit from each other");
        }
        BakeTarget own = target(name).orElseThrow(() -> new BakeException("failed to find target " + name));
        BakeTarget resolved = new BakeTarget(name);
        if (own.inherits != null) {
            for (String each : own.inherits) {
                BakeTarget inherited = resolve(each, visited, overrides);
                if (inherited != null) {
                    merge(resolved, inherited);
                }
            }
        }
        merge(resolved, own);
        Overrides.apply(resolved, overrides.getOrDefault(name, Map.of()));
        resolved.normalize();
        visited.put(name, resolved);
        return resolved;
    }
}
