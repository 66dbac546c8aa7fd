// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import io.jenkins.plugins.treenq.buildkit.BuildResult;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.buildkit.ImageDigests;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.Lint;
import io.jenkins.plugins.treenq.buildkit.Outline;
import io.jenkins.plugins.treenq.buildkit.SourceLocation;
import io.jenkins.plugins.treenq.buildkit.Target;
import io.jenkins.plugins.treenq.buildkit.client.MetadataFile;
import io.jenkins.plugins.treenq.buildkit.client.TargetBuild;
import io.jenkins.plugins.treenq.buildkit.images.ImageDescription;
import io.jenkins.plugins.treenq.timeline.ProgressLimits;
import io.jenkins.plugins.treenq.timeline.RecordLimits;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Copies the answers of agents, which are not trusted, into values of known types and bounded sizes. Java's
 * deserialization checks the types of fields but not those of the elements of a list or a map, and it limits no sizes.
 */
final class AgentAnswers {
    private static final int MOST_ITEMS = 1000;
    private static final int LONGEST_TEXT = 4000;
    private static final int MOST_VALUES = 200;
    private static final int LONGEST_NAME = 500;
    private static final int MOST_VALUES_CHARS = 4 << 20;
    private static final int DEEPEST_VALUE = 300;
    private static final int DEEPEST_CAUSE = 20;
    private static final int LONGEST_TRACE = 1100;
    private static final Pattern TARGET_NAME = Pattern.compile("[A-Za-z0-9_-]{1,200}");
    private static final Duration LONGEST = Duration.ofDays(365);

    private AgentAnswers() {}

    /**
     * Returns a copy of the answer to a build that succeeded.
     *
     * @throws IllegalArgumentException if the answer has a wrong type, is too large or contradicts itself
     */
    static FinishedBuild finished(Object answer) {
        FinishedBuild build = as(FinishedBuild.class, answer);
        BuildResult result = as(BuildResult.class, build.result());
        Map<String, Object> metadata = metadata(result.metadata());
        // Reading the image throws an IllegalArgumentException if its digest is malformed.
        Optional<ImageDigests> image = new MetadataFile(metadata).image();
        require(image.equals(Optional.ofNullable(result.image())), "its image is not the one in its metadata");
        return new FinishedBuild(
                new BuildResult(text(result.ref()), image.orElse(null), metadata, duration(result.duration())),
                Math.max(0, build.sizeBytes()),
                RecordLimits.checked(build.content()));
    }

    /** Returns a copy of the metadata that the exporters returned. */
    private static Map<String, Object> metadata(Map<?, ?> values) {
        require(values.size() <= MOST_VALUES, "it has " + values.size() + " values");
        return new JsonCopy().map(values, 0);
    }

    /** Copies values of the types that JSON has, up to a depth and a total size in characters. */
    private static final class JsonCopy {
        private int left = MOST_VALUES_CHARS;

        Map<String, Object> map(Map<?, ?> values, int depth) {
            Map<String, Object> copy = new LinkedHashMap<>();
            for (Map.Entry<?, ?> value : values.entrySet()) {
                String name = as(String.class, value.getKey());
                require(name.length() <= LONGEST_NAME, "it is too long");
                take(name.length());
                copy.put(name, value(value.getValue(), depth + 1));
            }
            return copy;
        }

        private Object value(@CheckForNull Object value, int depth) {
            require(depth <= DEEPEST_VALUE, "it is nested too deeply");
            take(1);
            if (value instanceof Map<?, ?> map) {
                return map(map, depth);
            }
            if (value instanceof List<?> list) {
                List<Object> copy = new ArrayList<>();
                list.forEach(item -> copy.add(value(item, depth + 1)));
                return copy;
            }
            if (value instanceof Double number) {
                require(Double.isFinite(number), "it has a number that JSON does not have");
            }
            if (value == null || value instanceof Boolean || value instanceof Long || value instanceof Double) {
                return value;
            }
            String text = as(String.class, value);
            take(text.length());
            return text;
        }

        private void take(int chars) {
            left -= chars;
            require(left >= 0, "it is too long");
        }
    }

    private static Duration duration(Duration duration) {
        require(duration != null, "it has no duration");
        return duration.isNegative() ? Duration.ZERO : duration.compareTo(LONGEST) > 0 ? LONGEST : duration;
    }

    /**
     * Returns a copy of the answer to a task that builds unless nothing has changed: the build that succeeded, or those
     * parts of the existing image that are recorded on the run.
     *
     * @throws IllegalArgumentException if the answer has a wrong type or is too large
     */
    static BuildOutcome buildOutcome(Object answer) {
        BuildOutcome build = as(BuildOutcome.class, answer);
        if (build.built() != null) {
            return new BuildOutcome(finished(build.built()), null);
        }
        ImageDescription image = as(ImageDescription.class, build.unchanged());
        List<ImageDescription.Variant> variants = list(image.variants(), each -> {
            ImageDescription.Variant variant = as(ImageDescription.Variant.class, each);
            require(
                    variant.platform() == null || variant.platform().toString().length() <= LONGEST_NAME,
                    "a platform is too long");
            return new ImageDescription.Variant(
                    variant.platform(), variant.digest(), Math.max(0, variant.sizeBytes()), null, Map.of(), Map.of());
        });
        return new BuildOutcome(
                null,
                new ImageDescription(
                        image.digest(),
                        text(image.mediaType()),
                        Math.max(0, image.sizeBytes()),
                        Map.of(),
                        variants,
                        List.of()));
    }

    /**
     * Returns a copy of the build that succeeded while no one was waiting for it, or null if the daemon's history has
     * no such build.
     *
     * @throws IllegalArgumentException if the answer has a wrong type or is too large
     */
    @CheckForNull
    static RecoveredBuild recovered(@CheckForNull Object answer) {
        if (answer == null) {
            return null;
        }
        RecoveredBuild build = as(RecoveredBuild.class, answer);
        return new RecoveredBuild(finished(build.build()), ProgressLimits.checked(build.progress()));
    }

    /**
     * Returns a copy of the targets that bake files describe, by name.
     *
     * @throws IllegalArgumentException if the answer has a wrong type or is too large
     */
    static TreeMap<String, TargetBuild> targets(Object answer) {
        Map<?, ?> targets = as(Map.class, answer);
        require(targets.size() <= MOST_ITEMS, "it has " + targets.size() + " targets, more than " + MOST_ITEMS);
        RecordCopy copy = new RecordCopy(MOST_VALUES_CHARS);
        TreeMap<String, TargetBuild> copies = new TreeMap<>();
        for (Map.Entry<?, ?> each : targets.entrySet()) {
            TargetBuild target = copy.of(TargetBuild.class, each.getValue());
            require(TARGET_NAME.matcher(target.name()).matches(), "a target has a name that no target can have");
            require(target.name().equals(each.getKey()), "a target has two names");
            // Reading the names throws an exception if one is malformed, or the image has no attributes.
            target.build().tags().forEach(ImageName::parse);
            target.build().names().forEach(ImageName::parse);
            target.build().pushedTags().forEach(ImageName::parse);
            copies.put(target.name(), target);
        }
        return copies;
    }

    /**
     * Returns a copy of a frontend's report about a Dockerfile.
     *
     * @throws IllegalArgumentException if the answer has a wrong type or is too large
     */
    static CheckedDockerfile dockerfile(Object answer) {
        CheckedDockerfile dockerfile = as(CheckedDockerfile.class, answer);
        Lint lint = as(Lint.class, dockerfile.lint());
        Outline outline = as(Outline.class, dockerfile.outline());
        return new CheckedDockerfile(
                new Lint(list(lint.warnings(), AgentAnswers::warning), null),
                list(dockerfile.targets(), AgentAnswers::target),
                new Outline(
                        text(outline.target()),
                        text(outline.description()),
                        list(outline.args(), AgentAnswers::argument),
                        list(outline.secrets(), AgentAnswers::mount),
                        list(outline.ssh(), AgentAnswers::mount),
                        List.of()));
    }

    /**
     * Returns a copy of the daemons that an agent has found for the given endpoints.
     *
     * @throws IllegalArgumentException if the answer has a wrong type, is too large, or has a daemon that cannot be one
     *     of those of an endpoint
     */
    static List<ProbedDaemon> daemons(Object answer, List<Endpoint> endpoints) {
        return list(as(List.class, answer), item -> {
            ProbedDaemon daemon = as(ProbedDaemon.class, item);
            Endpoint endpoint = endpoints.stream()
                    .filter(each -> each.address().toString().equals(daemon.configured()))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("a daemon has an address that was not asked for"));
            String address = as(String.class, daemon.address());
            if (!address.equals(daemon.configured())) {
                String start = daemon.configured() + "#";
                require(
                        address.startsWith(start) && address.length() <= LONGEST_NAME,
                        "a daemon has an address that was not asked for");
                // An exception is thrown unless the rest is an IP address.
                address = endpoint.daemon(address.substring(start.length()))
                        .address()
                        .toString();
            }
            return new ProbedDaemon(daemon.configured(), address, Math.max(0, daemon.builds()));
        });
    }

    private static Lint.Warning warning(Object item) {
        Lint.Warning warning = as(Lint.Warning.class, item);
        return new Lint.Warning(
                text(warning.rule()),
                text(warning.description()),
                text(warning.detail()),
                text(warning.url()),
                location(warning.location()));
    }

    private static Target target(Object item) {
        Target target = as(Target.class, item);
        return new Target(
                text(target.name()),
                text(target.description()),
                target.isDefault(),
                text(target.base()),
                text(target.platform()),
                null);
    }

    private static Outline.Arg argument(Object item) {
        Outline.Arg argument = as(Outline.Arg.class, item);
        return new Outline.Arg(text(argument.name()), text(argument.description()), text(argument.value()), null);
    }

    private static Outline.Mount mount(Object item) {
        Outline.Mount mount = as(Outline.Mount.class, item);
        return new Outline.Mount(text(mount.id()), mount.required(), null);
    }

    /**
     * Returns the file's name and the first line of a location. The lines around the location are omitted, because the
     * agent has already printed them.
     */
    @CheckForNull
    private static SourceLocation location(@CheckForNull SourceLocation location) {
        if (location == null) {
            return null;
        }
        List<SourceLocation.Lines> first =
                location.line() == 0 ? List.of() : List.of(new SourceLocation.Lines(location.line(), location.line()));
        return new SourceLocation(text(location.file()), List.of(), first);
    }

    private static <T> List<T> list(List<?> items, Function<Object, T> copy) {
        require(as(List.class, items).size() <= MOST_ITEMS, "a list has too many elements");
        List<T> copies = new ArrayList<>();
        items.forEach(item -> copies.add(copy.apply(item)));
        return copies;
    }

    static <T> T as(Class<T> type, @CheckForNull Object value) {
        require(
                type.isInstance(value),
                value == null
                        ? "a value is missing"
                        : "it has a " + value.getClass().getName());
        return type.cast(value);
    }

    private static String text(String text) {
        return clipped(as(String.class, text));
    }

    private static String clipped(String text) {
        return text.length() > LONGEST_TEXT ? text.substring(0, LONGEST_TEXT) + "..." : text;
    }

    static void require(boolean right, String otherwise) {
        if (!right) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    /**
     * Returns the failure of a task with messages of a readable length. A failure that is too large becomes an
     * IOException with the failure's text.
     */
    static Throwable failure(@CheckForNull Throwable failure) {
        if (failure == null) {
            return new IOException("an agent did not say why it failed");
        }
        if (failure instanceof DaemonUnreachableException missed) {
            return new DaemonUnreachableException(
                    message(missed), clipped(String.valueOf(missed.reason())), missed.isPassing());
        }
        if (failure instanceof DaemonLostException lost) {
            return new DaemonLostException(
                    message(lost), clipped(String.valueOf(lost.reason())), lost.isStorageFailed());
        }
        if (failure instanceof BakeTargetException target) {
            return new BakeTargetException(clipped(String.valueOf(target.target())), message(target));
        }
        if (failure instanceof AbortException) {
            return new AbortException(message(failure));
        }
        if (failure instanceof InterruptedException) {
            return new InterruptedException();
        }
        if (failure instanceof CancellationException) {
            // Futures would take this exception for a cancellation on the controller, where nothing was canceled.
            return new IOException(clipped(failure.toString()));
        }
        return isBounded(failure) ? failure : new IOException(clipped(failure.toString()));
    }

    /** Tells whether a failure with all its causes and suppressed exceptions is small and has no cycles. */
    private static boolean isBounded(Throwable failure) {
        Set<Throwable> met = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Throwable> next = new ArrayDeque<>(List.of(failure));
        while (!next.isEmpty()) {
            Throwable one = next.remove();
            StackTraceElement[] trace = one.getStackTrace();
            if (!met.add(one)
                    || met.size() > DEEPEST_CAUSE
                    || one.getSuppressed().length > DEEPEST_CAUSE
                    || trace.length > LONGEST_TRACE
                    || String.valueOf(one.getMessage()).length() > LONGEST_TEXT
                    || Stream.of(trace).anyMatch(element -> element.toString().length() > LONGEST_NAME)) {
                return false;
            }
            next.addAll(List.of(one.getSuppressed()));
            if (one.getCause() != null) {
                next.add(one.getCause());
            }
        }
        return true;
    }

    private static String message(Throwable failure) {
        return clipped(String.valueOf(failure.getMessage()));
    }

    /**
     * Lists a failure and its causes, the outermost first. The list ends where the causes form a cycle, or after a
     * bounded number of them.
     */
    static List<Throwable> causes(Throwable failure) {
        Set<Throwable> met = Collections.newSetFromMap(new IdentityHashMap<>());
        List<Throwable> causes = new ArrayList<>();
        for (Throwable cause = failure;
                cause != null && causes.size() < DEEPEST_CAUSE && met.add(cause);
                cause = cause.getCause()) {
            causes.add(cause);
        }
        return causes;
    }
}
