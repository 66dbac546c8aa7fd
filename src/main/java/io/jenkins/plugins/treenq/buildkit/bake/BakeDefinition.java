// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.bake;

import io.jenkins.plugins.treenq.buildkit.hcl.GoPaths;
import io.jenkins.plugins.treenq.buildkit.hcl.Value;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The targets that were asked for, with those that they need, as they are to be built. */
public record BakeDefinition(SortedMap<String, BakeGroup> groups, SortedMap<String, BakeTarget> targets) {
    private static final String IMAGE = "docker-image:";

    /** @throws BakeException or HclException if a file is not valid, or has no such target */
    public static BakeDefinition read(BakeRequest request) {
        BakeConfig config = BakeConfig.read(request);
        Set<String> names = new LinkedHashSet<>();
        for (String each : request.targets()) {
            names.addAll(config.matching(each.replace('.', '_')));
        }
        Map<String, Map<String, Overrides.Override>> overrides = Overrides.read(config, request);
        SortedMap<String, BakeTarget> targets = new TreeMap<>(Value.KEYS);
        SortedMap<String, BakeGroup> groups = new TreeMap<>(Value.KEYS);
        for (String name : names) {
            List<String> found = new ArrayList<>();
            List<String> foundGroups = new ArrayList<>();
            config.resolveGroup(name, found, foundGroups);
            found.stream().distinct().forEach(each -> targets.put(each, config.resolve(each, overrides)));
            foundGroups.forEach(each -> config.group(each).ifPresent(group -> groups.put(each, group)));
        }
        for (String name : names) {
            if (!groups.containsKey("default") || !name.equals("default")) {
                BakeGroup group = groups.computeIfAbsent("default", BakeGroup::new);
                group.targets = BakeTarget.appended(group.targets, List.of(name));
            }
        }
        BakeGroup group = groups.get("default");
        if (group != null && group.targets != null) {
            group.targets = new ArrayList<>(
                    group.targets.stream().distinct().sorted(Value.KEYS).toList());
        }
        new LinkedTargets(targets, name -> config.resolve(name, overrides), config.limit).add();
        targets.values().forEach(target -> prepare(target, request));
        return new BakeDefinition(groups, targets);
    }

    /** Sets an argument of all targets that do not have it. */
    public void addArgument(String name, String value) {
        for (BakeTarget target : targets.values()) {
            Map<String, String> all = new TreeMap<>(Value.KEYS);
            all.putAll(target.args());
            all.putIfAbsent(name, value);
            target.args = all;
        }
    }

    /** The context as it is built, as buildx' toBuildOpt makes it. */
    private static void prepare(BakeTarget target, BakeRequest request) {
        if (target.context.equals("-")) {
            throw new BakeException("context from stdin not allowed in bake");
        }
        if (target.dockerfile.equals("-")) {
            throw new BakeException("dockerfile from stdin not allowed in bake");
        }
        boolean local = BakePaths.inWorkingFolder(target.context).isPresent();
        if (request.source() != null && local && !request.source().isEmpty()) {
            requireNoDockerfile(target, request);
        }
        if (local) {
            target.context = BakePaths.local(target.context);
        } else if (!BakePaths.isRemote(target.context)) {
            target.context = GoPaths.clean(target.context);
            if (request.source() != null) {
                target.context = BakePaths.folder(request.source(), target.context);
            }
        }
        target.source = request.source();
    }

    /** The Dockerfile of a local context is that of the remote definition, which buildx does not support. */
    private static void requireNoDockerfile(BakeTarget target, BakeRequest request) {
        String dockerfile = target.dockerfile;
        if (!BakePaths.isRemote(dockerfile)
                && BakePaths.inWorkingFolder(dockerfile).isEmpty()
                && request.reader().apply(BakePaths.local(target.context) + "/" + dockerfile) != null) {
            throw new BakeException("reading a dockerfile for a remote build invocation is currently not supported");
        }
    }

    /** Returns the address of a context of a target that is a folder of a remote definition, or else the context. */
    static String context(String context, String source) {
        boolean remote = source != null
                && BakePaths.inWorkingFolder(context).isEmpty()
                && !context.startsWith(LinkedTargets.TARGET)
                && !context.startsWith(IMAGE)
                && !BakePaths.isRemote(context);
        return remote ? BakePaths.folder(source, context) : BakePaths.local(context);
    }
}
