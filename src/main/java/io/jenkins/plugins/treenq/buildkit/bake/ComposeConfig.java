// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.bake;

import static io.jenkins.plugins.treenq.buildkit.bake.ComposeFile.map;

import io.jenkins.plugins.treenq.buildkit.bake.TargetEntries.Attest;
import io.jenkins.plugins.treenq.buildkit.bake.TargetEntries.Cache;
import io.jenkins.plugins.treenq.buildkit.bake.TargetEntries.Output;
import io.jenkins.plugins.treenq.buildkit.bake.TargetEntries.Secret;
import io.jenkins.plugins.treenq.buildkit.bake.TargetEntries.Ssh;
import io.jenkins.plugins.treenq.buildkit.hcl.GoPaths;
import io.jenkins.plugins.treenq.buildkit.hcl.Value;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The services of Compose files that have a build, as targets; as buildx' bake/compose.go makes them. */
final class ComposeConfig {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_-]+");
    private static final Set<String> BUILD = Set.of(
            "context",
            "dockerfile",
            "dockerfile_inline",
            "entitlements",
            "args",
            "ssh",
            "labels",
            "cache_from",
            "cache_to",
            "no_cache",
            "no_cache_filter",
            "additional_contexts",
            "network",
            "provenance",
            "sbom",
            "pull",
            "target",
            "shm_size",
            "extra_hosts",
            "isolation",
            "privileged",
            "secrets",
            "tags",
            "ulimits",
            "platforms");
    /** Lists of {@code KEY=VALUE} that may be written as mappings. */
    private static final Set<String> MAPPINGS =
            Set.of("args", "labels", "additional_contexts", "extra_hosts", "environment");

    /** The formats of files of variables; the default is the same. */
    private static final Set<String> FORMATS = Set.of("", ".env");

    private static final int MAX_EXTENDS = 20;

    /** The most files that are read for {@code include}. Files that include each other's twice would be many. */
    private static final int MAX_INCLUDES = 200;

    private final UnaryOperator<String> variables;
    private final BakeRequest request;
    private final CopyLimit limit;
    private int includes;

    /** The files whose services others extend. Each of them is read once, although many services can extend one. */
    private final Map<ExtendedFile, Source> extendedFiles = new HashMap<>();

    private record ExtendedFile(String path, UnaryOperator<String> variables) {}

    private ComposeConfig(BakeRequest request, CopyLimit limit) {
        this.request = request;
        this.limit = limit;
        Map<String, String> dotEnv = DotEnv.read(request.dotEnv(), request::variable, limit);
        variables = name -> {
            String value = request.variable(name);
            return value != null ? value : dotEnv.get(name);
        };
    }

    static void read(List<BakeFile> files, BakeRequest request, BakeConfig config) {
        new ComposeConfig(request, config.limit).read(files, config);
    }

    private void read(List<BakeFile> files, BakeConfig config) {
        Map<String, Object> all = new LinkedHashMap<>();
        for (BakeFile file : files) {
            all = merged(all, project(new Source(file, "", variables, limit), List.of()));
        }
        Map<String, Object> services = section(all, "services");
        Map<String, Object> secrets = section(all, "secrets");
        if (services.isEmpty() && !all.containsKey("services") && !all.containsKey("secrets")) {
            throw new BakeException(files.get(0).name() + ": empty compose file");
        }
        BakeGroup group = new BakeGroup("default");
        new TreeMap<>(services).forEach((name, service) -> {
            Map<String, Object> has = map(service);
            if (has.get("build") == null && filled(has, "image") == null) {
                throw new BakeException("service \"" + name + "\" has neither an image nor a build context specified");
            }
            Map<String, Object> environment = environment(name, has);
            if (has.get("build") != null) {
                BakeTarget target = target(name, has, environment, secrets);
                group.targets.add(target.name);
                config.add(target);
            }
        });
        if (!services.isEmpty()) {
            group.targets = group.targets.isEmpty() ? null : group.targets;
            config.put(group);
        }
    }

    /** A file, and how it is read. */
    private static final class Source {
        private final BakeFile file;
        private final String folder;
        private final UnaryOperator<String> variables;
        private final Map<String, Object> raw;
        private Map<String, Object> services;

        /**
         * @param folder the folder to which its paths are relative; empty for the working folder
         * @param variables the variables that it may use
         */
        Source(BakeFile file, String folder, UnaryOperator<String> variables, CopyLimit limit) {
            this.file = file;
            this.folder = folder;
            this.variables = variables;
            raw = map(ComposeFile.replaced(
                    ComposeFile.read(file, limit), text -> Interpolation.apply(text, variables, limit)));
        }

        String name() {
            return file.name();
        }

        /** Returns the services by name, with paths that are relative to the working folder. */
        Map<String, Object> services() {
            if (services == null) {
                services = movedServices();
            }
            return services;
        }

        private Map<String, Object> movedServices() {
            Map<String, Object> all = new LinkedHashMap<>();
            section(raw, "services").forEach((name, service) -> {
                if (service != null && !(service instanceof Map<?, ?>)) {
                    throw new BakeException(name() + ": services." + name + " must be a mapping");
                }
                all.put(name, service == null ? new LinkedHashMap<>() : moved(folder, normalized(map(service))));
            });
            return all;
        }

        /** Returns the secrets by name, with paths that are relative to the working folder. */
        Map<String, Object> secrets() {
            Map<String, Object> secrets = new LinkedHashMap<>(section(raw, "secrets"));
            secrets.replaceAll((name, secret) -> secret instanceof Map<?, ?> definition
                    ? changed(map(definition), "file", file -> within(folder, ComposeFile.text(file)))
                    : secret);
            return secrets;
        }
    }

    /** @param including the files that include this one */
    private Map<String, Object> project(Source file, List<String> including) {
        Map<String, Object> raw = file.raw;
        Map<String, Object> project = included(file, raw.get("include"), including);
        Map<String, Object> known = merged(section(project, "services"), file.services());
        Map<String, Object> services = new LinkedHashMap<>();
        known.keySet().forEach(name -> {
            Map<String, Object> resolved = extended(file, name, known, 0);
            resolved.keySet().retainAll(Set.of("image", "build", "environment", "env_file"));
            services.put(name, resolved);
        });
        if (raw.containsKey("services") || project.containsKey("services")) {
            project.put("services", services);
        }
        if (raw.containsKey("secrets")) {
            project.put("secrets", merged(section(project, "secrets"), file.secrets()));
        }
        return project;
    }

    /** Reads the projects that a file includes ({@code loader/include.go} of compose-go). */
    private Map<String, Object> included(Source file, Object given, List<String> including) {
        Map<String, Object> all = new LinkedHashMap<>();
        if (given == null) {
            return all;
        } else if (!(given instanceof List<?>)) {
            throw new BakeException(file.name() + ": `include` must be a list");
        }
        for (Object each : (List<?>) given) {
            Map<String, Object> include = each instanceof Map<?, ?> entry ? map(entry) : Map.of("path", each);
            List<String> paths = strings(include, "path").stream()
                    .map(path -> GoPaths.clean(within(file.folder, path)))
                    .toList();
            if (paths.isEmpty()) {
                throw new BakeException(file.name() + ": an include has no path");
            }
            if (including.contains(paths.get(0))) {
                throw new BakeException("include cycle detected: " + String.join(", ", including));
            }
            String directory = filled(include, "project_directory");
            String folder = directory == null ? folderOf(paths.get(0)) : within(file.folder, directory);
            UnaryOperator<String> known = variables(file, include, folder);
            List<String> path = BakeTarget.appended(including, List.of(paths.get(0)));
            Map<String, Object> project = new LinkedHashMap<>();
            for (String name : paths) {
                if (++includes > MAX_INCLUDES) {
                    throw new BakeException("the Compose files include more than " + MAX_INCLUDES + " files");
                }
                BakeFile source = new BakeFile(name, content(name, file.name() + ": include"));
                project = merged(project, project(new Source(source, folder, known, limit), path));
            }
            all = merged(all, withContexts(folder, project));
        }
        return all;
    }

    /** A project whose builds without a context have its folder as their context. */
    private static Map<String, Object> withContexts(String folder, Map<String, Object> project) {
        return changed(project, "services", services -> {
            Map<String, Object> all = new LinkedHashMap<>(map((Map<?, ?>) services));
            all.replaceAll((name, service) -> changed(map((Map<?, ?>) service), "build", build -> {
                if (!(build instanceof Map<?, ?> given)) {
                    return build;
                }
                Map<String, Object> own = new LinkedHashMap<>(map(given));
                own.putIfAbsent("context", folder.isEmpty() ? "." : folder);
                return own;
            }));
            return all;
        });
    }

    /** The variables of an included project: those of the file that includes it, and those of its own files. */
    private UnaryOperator<String> variables(Source file, Map<String, Object> include, String folder) {
        Map<String, String> own = new LinkedHashMap<>();
        List<String> files = strings(include, "env_file");
        if (files.isEmpty()) {
            String content = request.reader().apply(within(folder, ".env"));
            own.putAll(DotEnv.read(content == null ? "" : content, file.variables, limit));
        }
        for (String name : files) {
            if (!name.equals("/dev/null")) {
                String content = content(within(file.folder, name), file.name() + ": include.env_file");
                own.putAll(DotEnv.read(content, file.variables, limit));
            }
        }
        return name -> {
            String value = file.variables.apply(name);
            return value != null ? value : own.get(name);
        };
    }

    private static Map<String, Object> section(Map<String, Object> all, String name) {
        Object section = all.get(name);
        if (section == null) {
            return Map.of();
        } else if (!(section instanceof Map<?, ?>)) {
            throw new BakeException(name + " must be a mapping");
        }
        return map(section);
    }

    private Map<String, Object> extended(Source file, String name, Map<String, Object> services, int depth) {
        Object service = services.get(name);
        if (!(service instanceof Map<?, ?>)) {
            throw new BakeException(file.name() + ": service \"" + name + "\" not found");
        }
        if (depth > MAX_EXTENDS) {
            throw new BakeException(file.name() + ": services extend each other without an end");
        }
        Map<String, Object> own = new LinkedHashMap<>(map(service));
        Object base = own.remove("extends");
        if (base == null) {
            return own;
        }
        Object other = base instanceof Map<?, ?> reference ? reference.get("service") : base;
        if (base instanceof Map<?, ?> reference && reference.get("file") != null) {
            String path = within(file.folder, ComposeFile.text(reference.get("file")));
            Source source = extendedFiles.computeIfAbsent(
                    new ExtendedFile(path, file.variables),
                    none -> new Source(
                            new BakeFile(path, content(path, file.name() + ": services." + name + ".extends")),
                            folderOf(path),
                            file.variables,
                            limit));
            return merged(extended(source, String.valueOf(other), source.services(), depth + 1), own);
        }
        return merged(extended(file, String.valueOf(other), services, depth + 1), own);
    }

    private String content(String path, String user) {
        String content = request.reader().apply(path);
        if (content == null) {
            throw new BakeException(user + ": the file " + path + " cannot be read");
        }
        return content;
    }

    private static String folderOf(String file) {
        int end = file.lastIndexOf('/');
        return end < 0 ? "" : file.substring(0, Math.max(end, 1));
    }

    private static String within(String folder, String path) {
        return folder.isEmpty() || path.isEmpty() || path.startsWith("/") ? path : GoPaths.clean(folder + "/" + path);
    }

    /** A service of another folder; these are the paths of {@code paths/resolve.go} of compose-go. */
    private static Map<String, Object> moved(String folder, Map<String, Object> service) {
        if (folder.isEmpty()) {
            return service;
        }
        Map<String, Object> moved = changed(
                service,
                "env_file",
                files -> eachOf(
                        files,
                        each -> each instanceof Map<?, ?> file
                                ? changed(map(file), "path", path -> within(folder, ComposeFile.text(path)))
                                : within(folder, ComposeFile.text(each))));
        return changed(moved, "build", build -> {
            if (!(build instanceof Map<?, ?> given)) {
                return build;
            }
            Map<String, Object> own = new LinkedHashMap<>(map(given));
            own.computeIfPresent("context", (key, context) -> movedContext(folder, context));
            own.computeIfPresent("ssh", (key, ssh) -> movedKeys(folder, ssh));
            return changed(own, "additional_contexts", contexts -> {
                Map<String, Object> all = mapping("additional_contexts", contexts);
                all.replaceAll((name, context) -> movedContext(folder, context));
                return all;
            });
        });
    }

    private static Object movedContext(String folder, Object context) {
        return context instanceof String path
                        && !path.contains("://")
                        && !path.startsWith("service:")
                        && !BakePaths.isRemote(path)
                ? within(folder, path)
                : context;
    }

    /** SSH keys by ID, as a mapping or as a list of {@code ID=PATH}. */
    private static Object movedKeys(String folder, Object ssh) {
        if (ssh instanceof Map<?, ?> mapping) {
            Map<String, Object> keys = new LinkedHashMap<>(map(mapping));
            keys.replaceAll((id, path) -> path == null ? null : within(folder, ComposeFile.text(path)));
            return keys;
        }
        return eachOf(ssh, each -> {
            String[] pair = ComposeFile.text(each).split("=", 2);
            return pair.length < 2 ? each : pair[0] + "=" + within(folder, pair[1]);
        });
    }

    private static Object eachOf(Object value, UnaryOperator<Object> change) {
        return value instanceof List<?> list
                ? new ArrayList<>(
                        list.stream().map(Object.class::cast).map(change).toList())
                : change.apply(value);
    }

    /** A copy in which a value, if it is there, is another one. */
    private static Map<String, Object> changed(Map<String, Object> all, String key, UnaryOperator<Object> change) {
        Map<String, Object> copy = new LinkedHashMap<>(all);
        copy.computeIfPresent(key, (name, value) -> change.apply(value));
        return copy;
    }

    /** A service whose build is a mapping, and whose lists that may be mappings are such. */
    private static Map<String, Object> normalized(Map<String, Object> service) {
        Map<String, Object> copy = new LinkedHashMap<>(service);
        if (copy.get("build") instanceof String context) {
            copy.put("build", new LinkedHashMap<>(Map.of("context", context)));
        }
        if (copy.get("build") instanceof Map<?, ?> build) {
            Map<String, Object> normalized = new LinkedHashMap<>();
            map(build).forEach((key, value) -> {
                if (!BUILD.contains(key) && !key.startsWith("x-")) {
                    throw new BakeException("build: additional properties '" + key + "' not allowed");
                }
                normalized.put(key, MAPPINGS.contains(key) ? mapping(key, value) : value);
            });
            copy.put("build", normalized);
        }
        if (copy.containsKey("environment")) {
            copy.put("environment", mapping("environment", copy.get("environment")));
        }
        return copy;
    }

    private static Map<String, Object> mapping(String key, Object value) {
        if (value == null) {
            return new LinkedHashMap<>();
        } else if (value instanceof Map<?, ?> map) {
            return new LinkedHashMap<>(map(map));
        } else if (!(value instanceof List<?>)) {
            throw new BakeException(key + " must be a mapping or a list");
        }
        Map<String, Object> mapping = new LinkedHashMap<>();
        for (Object each : (List<?>) value) {
            String text = ComposeFile.text(each);
            int separator = text.indexOf('=');
            if (separator < 0 && key.equals("extra_hosts")) {
                separator = text.indexOf(':');
            }
            mapping.put(
                    separator < 0 ? text : text.substring(0, separator),
                    separator < 0 ? key.equals("labels") ? "" : null : text.substring(separator + 1));
        }
        return mapping;
    }

    /** Mappings are merged, lists are joined, other values are replaced. */
    private Map<String, Object> merged(Map<String, Object> one, Map<String, Object> other) {
        limit.use(one);
        limit.use(other);
        Map<String, Object> all = new LinkedHashMap<>(one);
        other.forEach((key, value) -> {
            Object before = all.get(key);
            if (before instanceof Map<?, ?> && value instanceof Map<?, ?>) {
                all.put(key, merged(map(before), map(value)));
            } else if (before instanceof List<?> first && value instanceof List<?> second) {
                limit.use(first);
                limit.use(second);
                List<Object> joined = new ArrayList<>(first);
                Set<Object> known = new HashSet<>(first);
                second.stream().filter(known::add).forEach(joined::add);
                all.put(key, joined);
            } else if (value != null || before == null) {
                all.put(key, value);
            }
        });
        return all;
    }

    /** The variables of a service: those of its files, and then its own. */
    private Map<String, Object> environment(String service, Map<String, Object> has) {
        Map<String, Object> environment = new LinkedHashMap<>();
        Object files = has.get("env_file");
        for (Object each : files instanceof List<?> list ? list : files == null ? List.of() : List.of(files)) {
            Object path = each instanceof Map<?, ?> file ? file.get("path") : each;
            boolean required = !(each instanceof Map<?, ?> file) || !Boolean.FALSE.equals(file.get("required"));
            String content = request.reader().apply(ComposeFile.text(path));
            if (content != null) {
                Object format = each instanceof Map<?, ?> file ? file.get("format") : null;
                if (format != null && !FORMATS.contains(String.valueOf(format))) {
                    throw new BakeException(
                            "service \"" + service + "\": unsupported env_file format \"" + format + "\"");
                }
                environment.putAll(DotEnv.read(content, variables, limit));
            } else if (required) {
                throw new BakeException("service \"" + service + "\": the env file " + path + " cannot be read");
            }
        }
        environment.putAll(section(has, "environment"));
        return environment;
    }

    private BakeTarget target(
            String service, Map<String, Object> has, Map<String, Object> environment, Map<String, Object> secrets) {
        String name = service.replace('.', '_');
        if (!NAME.matcher(name).matches()) {
            throw new BakeException("invalid service name \"" + name + "\": only \"[a-zA-Z0-9_-]+\" are allowed");
        }
        if (!(has.get("build") instanceof Map<?, ?>)) {
            throw new BakeException("services." + service + ".build must be a string or a mapping");
        }
        Map<String, Object> build = map(has.get("build"));
        BakeTarget target = new BakeTarget(name);
        target.context = filled(build, "context");
        if (target.context != null && !target.context.contains("://")) {
            target.context = GoPaths.clean(target.context);
        }
        target.dockerfile = filled(build, "dockerfile");
        target.dockerfileInline = filled(build, "dockerfile_inline");
        if (target.dockerfile != null && target.dockerfileInline != null) {
            throw new BakeException(
                    "service \"" + service + "\" declares mutualy exclusive dockerfile and dockerfile_inline");
        }
        target.contexts = contexts(section(build, "additional_contexts"));
        target.args = args(section(build, "args"), environment);
        target.labels = new TreeMap<>(Value.KEYS);
        section(build, "labels")
                .forEach((key, value) -> target.labels.put(key, value == null ? "" : ComposeFile.text(value)));
        target.tags = strings(build, "tags");
        target.cacheFrom = parsed(strings(build, "cache_from"), Cache::parse);
        target.cacheTo = parsed(strings(build, "cache_to"), Cache::parse);
        target.network = filled(build, "network");
        List<String> platforms = strings(build, "platforms");
        target.platforms = platforms.isEmpty() ? null : platforms;
        target.target = filled(build, "target");
        target.shmSize = build.get("shm_size") == null ? null : Sizes.text(Sizes.bytes(build.get("shm_size")));
        target.ulimits = ulimits(section(build, "ulimits"));
        target.extraHosts = new TreeMap<>(Value.KEYS);
        section(build, "extra_hosts")
                .forEach((key, value) -> target.extraHosts.put(
                        key,
                        value instanceof List<?> list
                                ? String.join(
                                        ",",
                                        list.stream().map(ComposeFile::text).toList())
                                : ComposeFile.text(value)));
        target.ssh = ssh(build.get("ssh"));
        target.secrets = secrets(service, build.get("secrets"), secrets);
        target.attest = attest(build);
        target.noCache = isSet(build, "no_cache") ? Boolean.TRUE : null;
        target.pull = isSet(build, "pull") ? Boolean.TRUE : null;
        if (build.get("x-bake") instanceof Map<?, ?> extension) {
            extend(target, map(extension));
        }
        if (target.tags.isEmpty()) {
            target.tags = filled(has, "image") == null ? null : new ArrayList<>(List.of(filled(has, "image")));
        }
        return target;
    }

    private static boolean isSet(Map<String, Object> build, String key) {
        Object value = build.get(key);
        return value != null && TargetEntries.bool(ComposeFile.text(value));
    }

    private static String filled(Map<String, Object> build, String key) {
        Object value = build.get(key);
        if (value instanceof Map<?, ?> || value instanceof List<?>) {
            throw new BakeException(key + " must be a string");
        }
        return value == null || ComposeFile.text(value).isEmpty() ? null : ComposeFile.text(value);
    }

    private static List<String> strings(Map<String, Object> build, String key) {
        Object value = build.get(key);
        if (value == null) {
            return new ArrayList<>();
        } else if (value instanceof List<?> list) {
            return new ArrayList<>(
                    list.stream().map(ComposeFile::text).distinct().toList());
        } else if (value instanceof Map<?, ?>) {
            throw new BakeException("build." + key + " must be a list");
        }
        return new ArrayList<>(List.of(ComposeFile.text(value)));
    }

    private static <T> List<T> parsed(List<String> texts, Function<String, List<T>> parse) {
        if (texts.isEmpty()) {
            return null;
        }
        List<T> all = new ArrayList<>();
        texts.forEach(each -> all.addAll(parse.apply(each)));
        return all;
    }

    private Map<String, String> args(Map<String, Object> args, Map<String, Object> environment) {
        Map<String, String> resolved = new TreeMap<>(Value.KEYS);
        args.forEach((key, value) -> {
            String text = value == null
                    ? environment.get(key) == null ? variables.apply(key) : ComposeFile.text(environment.get(key))
                    : ComposeFile.text(value);
            if (text != null) {
                resolved.put(key, text);
            }
        });
        return resolved.isEmpty() ? null : resolved;
    }

    private static Map<String, String> contexts(Map<String, Object> given) {
        if (given.isEmpty()) {
            return null;
        }
        Map<String, String> contexts = new TreeMap<>(Value.KEYS);
        given.forEach((key, value) -> contexts.put(key, context(ComposeFile.text(value))));
        return contexts;
    }

    private static String context(String value) {
        if (value.startsWith("service:") || value.startsWith("target:")) {
            return "target:" + value.substring(value.indexOf(':') + 1).replace('.', '_');
        }
        return value.contains("://") || value.contains(":") ? value : GoPaths.clean(value);
    }

    private static List<String> ulimits(Map<String, Object> given) {
        List<String> ulimits = new ArrayList<>();
        new TreeMap<>(given).forEach((name, value) -> {
            Object soft = value instanceof Map<?, ?> limits ? limits.get("soft") : value;
            Object hard = value instanceof Map<?, ?> limits ? limits.get("hard") : value;
            ulimits.add(name + "=" + ComposeFile.text(soft == null ? 0 : soft) + ":"
                    + ComposeFile.text(hard == null ? 0 : hard));
        });
        return ulimits.isEmpty() ? null : ulimits;
    }

    private static List<Ssh> ssh(Object given) {
        List<Ssh> all = new ArrayList<>();
        if (given instanceof Map<?, ?> mapping) {
            map(mapping).forEach((id, path) -> all.add(new Ssh(id, key(path == null ? "" : ComposeFile.text(path)))));
        } else if (given instanceof List<?> list) {
            for (Object each : list) {
                String[] pair = ComposeFile.text(each).split("=", 2);
                all.add(new Ssh(pair[0], key(pair.length < 2 ? "" : pair[1])));
            }
        } else if (given != null) {
            throw new BakeException("build.ssh must be a list or a mapping");
        }
        sort(all);
        return all.isEmpty() ? null : all;
    }

    private static List<String> key(String path) {
        return path.isEmpty() ? List.of() : List.of(GoPaths.clean(path));
    }

    private static void sort(List<Ssh> all) {
        all.sort(Comparator.comparing(Ssh::id, Value.KEYS)
                .thenComparing(each -> String.join("\0", each.paths()), Value.KEYS));
    }

    private static List<Secret> secrets(String service, Object given, Map<String, Object> defined) {
        if (given == null) {
            return null;
        } else if (!(given instanceof List<?>)) {
            throw new BakeException("build.secrets must be a list");
        }
        List<Secret> secrets = new ArrayList<>();
        for (Object each : (List<?>) given) {
            String source = each instanceof Map<?, ?> mapping
                    ? ComposeFile.text(mapping.get("source") == null ? "" : mapping.get("source"))
                    : ComposeFile.text(each);
            if (!(defined.get(source) instanceof Map<?, ?> definition)) {
                throw new BakeException("service \"" + service + "\" refers to undefined build secret " + source);
            }
            if (definition.get("external") != null
                    && !definition.get("external").equals(false)) {
                throw new BakeException("unsupported external secret " + source);
            }
            Object file = definition.get("file");
            Object environment = definition.get("environment");
            secrets.add(new Secret(
                    source,
                    file == null ? "" : GoPaths.clean(ComposeFile.text(file)),
                    environment == null ? "" : ComposeFile.text(environment)));
        }
        return secrets;
    }

    private static List<Attest> attest(Map<String, Object> build) {
        List<Attest> all = new ArrayList<>();
        for (String key : List.of("sbom", "provenance")) {
            String value = filled(build, key);
            if (value != null) {
                all.add(Attest.parse(attest(key, value)));
            }
        }
        return all.isEmpty() ? null : all;
    }

    /** The short forms {@code true} and {@code mode=max} as an attestation. */
    static String attest(String type, String value) {
        try {
            return "type=" + type + ",disabled=" + !TargetEntries.bool(value);
        } catch (BakeException e) {
            return "type=" + type + "," + value;
        }
    }

    // x-bake

    private static void extend(BakeTarget target, Map<String, Object> extension) {
        target.tags = joined(target.tags, fields(extension, "tags"));
        target.platforms = joined(target.platforms, fields(extension, "platforms"));
        target.noCacheFilter = joined(target.noCacheFilter, fields(extension, "no-cache-filter"));
        List<Cache> cacheFrom = parsed(fields(extension, "cache-from"), Cache::parse);
        if (cacheFrom != null) {
            target.cacheFrom = TargetEntries.distinct(BakeTarget.appended(target.cacheFrom, cacheFrom));
        }
        List<Cache> cacheTo = parsed(fields(extension, "cache-to"), Cache::parse);
        if (cacheTo != null) {
            target.cacheTo = TargetEntries.distinct(BakeTarget.appended(target.cacheTo, cacheTo));
        }
        List<Secret> secrets = parsed(fields(extension, "secret"), each -> List.of(Secret.parse(each)));
        if (secrets != null) {
            target.secrets = TargetEntries.lastOf(BakeTarget.appended(target.secrets, secrets), Secret::id);
        }
        List<Ssh> ssh = parsed(fields(extension, "ssh"), each -> List.of(Ssh.parse(each)));
        if (ssh != null) {
            target.ssh = TargetEntries.lastOf(BakeTarget.appended(target.ssh, ssh), Ssh::id);
            sort(target.ssh);
        }
        List<Output> outputs = parsed(fields(extension, "output"), each -> List.of(Output.parse(each)));
        if (outputs != null) {
            target.outputs = TargetEntries.distinct(BakeTarget.appended(target.outputs, outputs));
        }
        if (extension.get("pull") != null) {
            target.pull = TargetEntries.bool(ComposeFile.text(extension.get("pull")));
        }
        if (extension.get("no-cache") != null) {
            target.noCache = TargetEntries.bool(ComposeFile.text(extension.get("no-cache")));
        }
        if (extension.get("contexts") instanceof Map<?, ?> contexts) {
            Map<String, String> all = new TreeMap<>(Value.KEYS);
            if (target.contexts != null) {
                all.putAll(target.contexts);
            }
            map(contexts).forEach((key, value) -> {
                String text = ComposeFile.text(value);
                boolean link = text.startsWith("service:") || text.startsWith("target:");
                all.putIfAbsent(key, link ? context(text) : text);
            });
            target.contexts = all;
        }
    }

    private static List<String> fields(Map<String, Object> extension, String key) {
        Object value = extension.get(key);
        if (value == null) {
            return List.of();
        } else if (value instanceof List<?> list) {
            return list.stream().map(ComposeFile::text).toList();
        }
        String text = ComposeFile.text(value).strip();
        return text.isEmpty() ? List.of() : List.of(text.split("\\s+"));
    }

    private static List<String> joined(List<String> before, List<String> more) {
        return more.isEmpty()
                ? before
                : new ArrayList<>(
                        BakeTarget.appended(before, more).stream().distinct().toList());
    }

    /** Sizes as {@code 64m} and {@code 64MiB}. */
    static final class Sizes {
        private static final Pattern SIZE = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)\\s*([kmgtp]?)i?b?");
        private static final String UNITS = "kmgtp";

        private Sizes() {}

        static long bytes(Object value) {
            Matcher matcher = SIZE.matcher(ComposeFile.text(value).toLowerCase(Locale.ROOT));
            if (!matcher.matches()) {
                throw new BakeException("invalid size: '" + ComposeFile.text(value) + "'");
            }
            int power = matcher.group(2).isEmpty() ? 0 : UNITS.indexOf(matcher.group(2)) + 1;
            return (long) (Double.parseDouble(matcher.group(1)) * Math.pow(1024, power));
        }

        static String text(long bytes) {
            if (bytes == 0) {
                return null;
            }
            double size = bytes;
            int unit = 0;
            while (size >= 1024 && unit < UNITS.length()) {
                size /= 1024;
                unit++;
            }
            String number = String.format(Locale.ROOT, "%.3f", size);
            String digits = new BigDecimal(number)
                    .round(new MathContext(4))
                    .stripTrailingZeros()
                    .toPlainString();
            return digits + (unit == 0 ? "" : UNITS.substring(unit - 1, unit).toUpperCase(Locale.ROOT) + "i") + "B";
        }
    }
}
