// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.bake;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** What {@code buildx bake --print} and {@code --list} print. */
public final class BakeJson {
    /** Go escapes the characters of HTML, too, and U+2028 and U+2029; so does Gson. */
    private static final Gson GSON =
            new GsonBuilder().setPrettyPrinting().serializeNulls().create();

    private BakeJson() {}

    public static String print(BakeDefinition definition) {
        JsonObject all = new JsonObject();
        groups(definition, all);
        JsonObject targets = new JsonObject();
        definition.targets().forEach((name, target) -> targets.add(name, json(target)));
        all.add("target", targets);
        return text(all);
    }

    /** The JSON that a frontend answered for a target. */
    public record Answer(BakeCall call, String json, String error) {}

    /**
     * What {@code buildx bake --call=…,format=json} prints: the targets, each with the answer of its frontend.
     *
     * @param answers the answers by target; an answer's error is null if there was none
     */
    public static String answers(BakeDefinition definition, Map<String, Answer> answers) {
        JsonObject all = new JsonObject();
        groups(definition, all);
        JsonObject targets = new JsonObject();
        definition.targets().forEach((name, target) -> {
            JsonObject entry = new JsonObject();
            entry.add("build", json(target));
            Answer answer = answers.get(name);
            if (answer != null) {
                String call = answer.call().name();
                entry.add(call.equals(BakeCall.LINT) ? "check" : call, sorted(json(answer)));
            }
            targets.add(name, sorted(entry));
        });
        all.add("target", targets);
        return text(all);
    }

    private static JsonObject json(Answer answer) {
        JsonObject json = new JsonObject();
        if (answer.error() != null) {
            json.addProperty("error", answer.error());
        }
        JsonElement parsed;
        try {
            parsed = JsonParser.parseString(answer.json());
        } catch (JsonParseException e) {
            throw new BakeException("the frontend's answer is not JSON");
        }
        if (parsed.isJsonObject()) {
            parsed.getAsJsonObject().asMap().forEach(json::add);
        } else {
            json.add(answer.call().name(), parsed);
        }
        return json;
    }

    private static void groups(BakeDefinition definition, JsonObject all) {
        if (!definition.groups().isEmpty()) {
            JsonObject groups = new JsonObject();
            definition.groups().forEach((name, group) -> groups.add(name, json(group)));
            all.add("group", groups);
        }
    }

    private static String text(JsonElement json) {
        // Go writes these characters by their number in lower case, and an apostrophe and an equals sign as they are.
        return GSON.toJson(json).replace("\\u0027", "'").replace("\\u003d", "=");
    }

    private static JsonObject json(BakeGroup group) {
        JsonObject json = new JsonObject();
        if (!group.description.isEmpty()) {
            json.addProperty("description", group.description);
        }
        json.add("targets", group.targets == null ? JsonNull.INSTANCE : strings(group.targets));
        return json;
    }

    private static JsonObject json(BakeTarget target) {
        JsonObject json = new JsonObject();
        if (!target.description.isEmpty()) {
            json.addProperty("description", target.description);
        }
        list(
                json,
                "annotations",
                target.annotations().stream().map(BakeJson::escaped).toList());
        entries(json, "attest", target.attest(), each -> {
            JsonObject entry = strings(each.attributes(), UnaryOperator.identity());
            entry.addProperty("type", each.type());
            if (each.disabled()) {
                entry.addProperty("disabled", true);
            }
            return sorted(entry);
        });
        text(json, "context", target.context);
        map(json, "contexts", target.contexts(), UnaryOperator.identity());
        text(json, "dockerfile", target.dockerfile);
        text(json, "dockerfile-inline", target.dockerfileInline == null ? null : escaped(target.dockerfileInline));
        map(json, "args", target.args(), BakeJson::escaped);
        map(json, "labels", target.labels(), BakeJson::escaped);
        list(json, "tags", target.tags());
        entries(json, "cache-from", target.cacheFrom(), BakeJson::json);
        entries(json, "cache-to", target.cacheTo(), BakeJson::json);
        text(json, "target", target.target);
        entries(json, "secret", target.secrets(), each -> {
            JsonObject entry = new JsonObject();
            filled(entry, "id", each.id());
            filled(entry, "src", each.source());
            filled(entry, "env", each.environment());
            return entry;
        });
        entries(json, "ssh", target.ssh(), each -> {
            JsonObject entry = new JsonObject();
            filled(entry, "id", each.id());
            list(entry, "paths", each.paths());
            return entry;
        });
        list(json, "platforms", target.platforms());
        entries(json, "output", target.outputs(), each -> {
            JsonObject entry = strings(each.attributes(), UnaryOperator.identity());
            entry.addProperty("type", each.type());
            filled(entry, "dest", each.destination());
            return sorted(entry);
        });
        bool(json, "pull", target.pull);
        bool(json, "no-cache", target.noCache);
        text(json, "network", target.network);
        list(json, "no-cache-filter", target.noCacheFilter());
        text(json, "shm-size", target.shmSize);
        list(json, "ulimits", target.ulimits());
        if (target.resources != null) {
            JsonObject resources = new JsonObject();
            for (String key : BakeTarget.RESOURCE_ORDER) {
                Object value = target.resources.get(key);
                if (value instanceof Long number) {
                    resources.addProperty(key, number);
                } else if (value != null) {
                    resources.addProperty(key, (String) value);
                }
            }
            json.add("resources", resources);
        }
        text(json, "call", target.call);
        list(json, "entitlements", target.entitlements());
        map(json, "extra-hosts", target.extraHosts(), BakeJson::escaped);
        entries(json, "policy", target.policy(), BakeJson::json);
        return json;
    }

    /** Templates are written so that they are read as the text that they are. */
    private static String escaped(String text) {
        return text.replace("${", "$${").replace("%{", "%%{");
    }

    private static JsonObject json(TargetEntries.Cache cache) {
        JsonObject entry = strings(cache.attributes(), UnaryOperator.identity());
        entry.addProperty("type", cache.type());
        return sorted(entry);
    }

    private static JsonObject json(TargetEntries.Policy policy) {
        JsonObject entry = new JsonObject();
        JsonArray files = new JsonArray();
        for (String each : policy.files()) {
            JsonObject file = new JsonObject();
            file.addProperty("Filename", each);
            file.add("Data", JsonNull.INSTANCE);
            files.add(file);
        }
        entry.add("Files", policy.files().isEmpty() ? JsonNull.INSTANCE : files);
        entry.addProperty("Reset", policy.reset());
        entry.addProperty("Disabled", policy.disabled());
        entry.add("Strict", policy.strict() == null ? JsonNull.INSTANCE : new JsonPrimitive(policy.strict()));
        entry.add("LogLevel", policy.logLevel().isEmpty() ? JsonNull.INSTANCE : new JsonPrimitive(policy.logLevel()));
        return entry;
    }

    private static JsonObject sorted(JsonObject json) {
        SortedMap<String, JsonElement> members = new TreeMap<>();
        json.entrySet().forEach(each -> members.put(each.getKey(), each.getValue()));
        JsonObject sorted = new JsonObject();
        members.forEach(sorted::add);
        return sorted;
    }

    private static JsonObject strings(Map<String, String> map, UnaryOperator<String> value) {
        JsonObject json = new JsonObject();
        map.forEach((key, each) -> json.addProperty(key, value.apply(each)));
        return json;
    }

    private static JsonArray strings(List<String> list) {
        JsonArray json = new JsonArray();
        list.forEach(json::add);
        return json;
    }

    private static void text(JsonObject json, String key, String text) {
        if (text != null) {
            json.addProperty(key, text);
        }
    }

    private static void filled(JsonObject json, String key, String text) {
        if (!text.isEmpty()) {
            json.addProperty(key, text);
        }
    }

    private static void bool(JsonObject json, String key, Boolean value) {
        if (value != null) {
            json.addProperty(key, value);
        }
    }

    private static void list(JsonObject json, String key, List<String> list) {
        if (!list.isEmpty()) {
            json.add(key, strings(list));
        }
    }

    private static void map(JsonObject json, String key, Map<String, String> map, UnaryOperator<String> value) {
        if (!map.isEmpty()) {
            json.add(key, strings(map, value));
        }
    }

    private static <T> void entries(JsonObject json, String key, List<T> entries, Function<T, JsonObject> entry) {
        if (!entries.isEmpty()) {
            JsonArray array = new JsonArray();
            entries.forEach(each -> array.add(entry.apply(each)));
            json.add(key, array);
        }
    }
}
