// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.bake;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/** The targets whose results other targets take as contexts. */
final class LinkedTargets {
    static final String TARGET = "target:";

    private static final int MOST_IN_A_ROW = 100;

    private final SortedMap<String, BakeTarget> targets;
    private final Function<String, BakeTarget> resolver;
    private final CopyLimit limit;

    /**
     * The number of targets in the longest row that begins with a target, of those whose contexts have been followed. A
     * target with many paths is followed once.
     */
    private final Map<String, Integer> lengths = new HashMap<>();

    /**
     * @param targets the targets that were asked for, to which the others are added
     * @param resolver reads a target of the files
     */
    LinkedTargets(SortedMap<String, BakeTarget> targets, Function<String, BakeTarget> resolver, CopyLimit limit) {
        this.targets = targets;
        this.resolver = resolver;
        this.limit = limit;
    }

    /** Adds the targets that others need, with what they ask for. */
    void add() {
        new TreeMap<>(targets).forEach((name, target) -> follow(name, target, List.of()));
    }

    private int follow(String name, BakeTarget target, List<String> path) {
        List<String> visited = BakeTarget.appended(path, List.of(name));
        int length = lengths.getOrDefault(name, 1);
        requireShort(path.size() + length);
        if (lengths.containsKey(name)) {
            return length;
        }
        for (String context : target.contexts().values()) {
            if (!context.startsWith(TARGET)) {
                continue;
            }
            String other = context.substring(TARGET.length());
            if (other.equals(name)) {
                throw new BakeException("target " + other + " cannot link to itself");
            }
            if (visited.contains(other)) {
                throw new BakeException("infinite loop from " + name + " to " + other);
            }
            BakeTarget linked = targets.computeIfAbsent(other, this::linked);
            length = Math.max(length, 1 + follow(other, linked, visited));
            limit.use(target.entitlements);
            limit.use(linked.entitlements);
            limit.use(target.platforms);
            limit.use(linked.platforms);
            if (linked.entitlements != null) {
                target.entitlements =
                        new ArrayList<>(BakeTarget.appended(target.entitlements, linked.entitlements).stream()
                                .distinct()
                                .toList());
            }
            if (target.platforms().size() > 1
                    && linked.platforms().size() > 1
                    && !new HashSet<>(linked.platforms()).containsAll(target.platforms())) {
                throw new BakeException("target " + other + " can't be used by " + name + " because its platforms "
                        + target.platforms() + " are not a subset of " + linked.platforms());
            }
        }
        lengths.put(name, length);
        return length;
    }

    private BakeTarget linked(String name) {
        BakeTarget target = resolver.apply(name);
        target.outputs = new ArrayList<>(List.of(new TargetEntries.Output("cacheonly", "", new TreeMap<>())));
        target.linked = true;
        return target;
    }

    private static void requireShort(int inARow) {
        if (inARow > MOST_IN_A_ROW) {
            throw new BakeException("More than " + MOST_IN_A_ROW + " targets are linked in a row");
        }
    }
}
