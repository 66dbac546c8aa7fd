// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.gateway;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Lint;
import io.jenkins.plugins.treenq.buildkit.Outline;
import io.jenkins.plugins.treenq.buildkit.SourceLocation;
import io.jenkins.plugins.treenq.buildkit.Target;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Parses the results of subrequests, which are JSON of the structs in {@code frontend/subrequests}. Frontends are not
 * trusted: missing values are empty, and a result of another form is reported as an error.
 */
public final class FrontendAnswer {
    private static final String PART = "result.json";

    private final JsonObject json;
    private final List<Source> sources = new ArrayList<>();

    private record Source(String file, List<String> lines) {}

    private FrontendAnswer(JsonObject json, String dockerfile) {
        this.json = json;
        for (JsonElement source : list(json, "sources")) {
            // The result of some subrequests names its sources, the result of others contains only their content.
            sources.add(
                    source.isJsonObject()
                            ? new Source(
                                    text(source.getAsJsonObject(), "filename"),
                                    lines(text(source.getAsJsonObject(), "data")))
                            : new Source(dockerfile, lines(source.getAsString())));
        }
    }

    /** Parses the result of {@code frontend.lint}. */
    public static Lint lint(Map<String, String> parts) throws BuildkitException {
        return read(parts, "", answer -> {
            JsonObject problem = object(answer.json, "buildError");
            return new Lint(
                    answer.each(
                            "warnings",
                            warning -> new Lint.Warning(
                                    text(warning, "ruleName"),
                                    text(warning, "description"),
                                    text(warning, "detail"),
                                    text(warning, "url"),
                                    answer.location(warning))),
                    problem == null ? null : new Lint.Problem(text(problem, "message"), answer.location(problem)));
        });
    }

    /**
     * Parses the result of {@code frontend.outline}.
     *
     * @param dockerfile name of the Dockerfile
     */
    public static Outline outline(Map<String, String> parts, String dockerfile) throws BuildkitException {
        return read(
                parts,
                dockerfile,
                answer -> new Outline(
                        text(answer.json, "name"),
                        text(answer.json, "description"),
                        answer.each(
                                "args",
                                arg -> new Outline.Arg(
                                        text(arg, "name"),
                                        text(arg, "description"),
                                        text(arg, "value"),
                                        answer.location(arg))),
                        answer.each("secrets", answer::mount),
                        answer.each("ssh", answer::mount),
                        answer.each("cache", cache -> new Outline.Cache(text(cache, "ID"), answer.location(cache)))));
    }

    /**
     * Parses the result of {@code frontend.targets}.
     *
     * @param dockerfile name of the Dockerfile
     */
    public static List<Target> targets(Map<String, String> parts, String dockerfile) throws BuildkitException {
        return read(
                parts,
                dockerfile,
                answer -> answer.each(
                        "targets",
                        target -> new Target(
                                text(target, "name"),
                                text(target, "description"),
                                flag(target, "default"),
                                text(target, "base"),
                                text(target, "platform"),
                                answer.location(target))));
    }

    private Outline.Mount mount(JsonObject mount) {
        return new Outline.Mount(text(mount, "name"), flag(mount, "required"), location(mount));
    }

    private static <T> T read(Map<String, String> parts, String dockerfile, Function<FrontendAnswer, T> reader)
            throws BuildkitException {
        String text = parts.get(PART);
        if (text == null) {
            throw new BuildkitException.DaemonFailedException("the frontend returned no " + PART, null);
        }
        try {
            return reader.apply(new FrontendAnswer(JsonParser.parseString(text).getAsJsonObject(), dockerfile));
        } catch (JsonParseException
                | IllegalArgumentException
                | IllegalStateException
                | ClassCastException
                | UnsupportedOperationException e) {
            throw new BuildkitException.DaemonFailedException(
                    "the frontend returned a result in an unknown format; use another frontend in the Dockerfile's "
                            + "line '# syntax='",
                    null);
        }
    }

    private <T> List<T> each(String name, Function<JsonObject, T> reader) {
        List<T> all = new ArrayList<>();
        list(json, name).forEach(element -> all.add(reader.apply(element.getAsJsonObject())));
        return all;
    }

    private SourceLocation location(JsonObject owner) {
        JsonObject location = object(owner, "location");
        int index = location == null ? -1 : number(location, "sourceIndex");
        if (index < 0 || index >= sources.size()) {
            return null;
        }
        List<SourceLocation.Lines> ranges = new ArrayList<>();
        for (JsonElement range : list(location, "ranges")) {
            int first = line(range.getAsJsonObject(), "start");
            ranges.add(new SourceLocation.Lines(first, Math.max(first, line(range.getAsJsonObject(), "end"))));
        }
        return new SourceLocation(sources.get(index).file(), sources.get(index).lines(), ranges);
    }

    private static int line(JsonObject range, String end) {
        JsonObject position = object(range, end);
        return position == null ? 0 : Math.max(0, number(position, "line"));
    }

    private static List<String> lines(String base64) {
        return SourceLocation.linesOf(new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8));
    }

    private static JsonObject object(JsonObject owner, String name) {
        JsonElement value = owner.get(name);
        return value == null || value.isJsonNull() ? null : value.getAsJsonObject();
    }

    private static JsonArray list(JsonObject owner, String name) {
        JsonElement value = owner.get(name);
        return value == null || value.isJsonNull() ? new JsonArray() : value.getAsJsonArray();
    }

    private static String text(JsonObject owner, String name) {
        JsonElement value = owner.get(name);
        return value == null || value.isJsonNull() ? "" : value.getAsString();
    }

    private static int number(JsonObject owner, String name) {
        JsonElement value = owner.get(name);
        return value == null || value.isJsonNull() ? 0 : value.getAsInt();
    }

    private static boolean flag(JsonObject owner, String name) {
        JsonElement value = owner.get(name);
        return value != null && !value.isJsonNull() && value.getAsBoolean();
    }
}
