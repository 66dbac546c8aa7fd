// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Parses source policies like Go's JSON decoder, which buildctl uses: keys are case-insensitive, unknown keys are
 * ignored, and values of enumerations are names or numbers ({@code sourcepolicy/pb/json.go}).
 */
final class SourcePolicyJson {
    private SourcePolicyJson() {}

    static SourcePolicy read(String json) throws BuildkitException.InvalidRequestException {
        try {
            List<SourcePolicy.Rule> rules = new ArrayList<>();
            for (JsonElement rule : list(JsonParser.parseString(json).getAsJsonObject(), "rules")) {
                rules.add(rule(rule.getAsJsonObject()));
            }
            return new SourcePolicy(rules);
        } catch (UnknownWordException e) {
            throw new BuildkitException.InvalidRequestException("the source policy cannot be read: " + e.getMessage());
        } catch (JsonParseException e) {
            throw new BuildkitException.InvalidRequestException("the source policy cannot be read: it is not JSON");
        } catch (IllegalStateException | UnsupportedOperationException | ClassCastException | NumberFormatException e) {
            throw new BuildkitException.InvalidRequestException(
                    "the source policy cannot be read: it is not of the form"
                            + " {\"rules\": [{\"action\": \"DENY\", \"selector\": {\"identifier\": \"…\"}}]}");
        }
    }

    /** An error whose message is shown to users. The messages of Java's own exceptions are not suitable for users. */
    private static final class UnknownWordException extends IllegalArgumentException {
        private static final long serialVersionUID = 1;

        UnknownWordException(String text) {
            super(text);
        }
    }

    private static SourcePolicy.Rule rule(JsonObject rule) {
        JsonElement selector = get(rule, "selector");
        if (selector.isJsonNull()) {
            throw new UnknownWordException("a rule has no selector");
        }
        JsonObject source = selector.getAsJsonObject();
        List<SourcePolicy.Constraint> constraints = new ArrayList<>();
        for (JsonElement element : list(source, "constraints")) {
            JsonObject constraint = element.getAsJsonObject();
            constraints.add(new SourcePolicy.Constraint(
                    text(constraint, "key"),
                    text(constraint, "value"),
                    constant(constraint, "condition", SourcePolicy.Comparison.values())));
        }
        JsonElement element = get(rule, "updates");
        JsonObject updates = element.isJsonNull() ? new JsonObject() : element.getAsJsonObject();
        Map<String, String> attributes = new TreeMap<>();
        JsonElement attrs = get(updates, "attrs");
        if (!attrs.isJsonNull()) {
            attrs.getAsJsonObject().asMap().forEach((key, value) -> attributes.put(key, value.getAsString()));
        }
        return new SourcePolicy.Rule(
                constant(rule, "action", SourcePolicy.Action.values()),
                constant(source, "match_type", SourcePolicy.Match.values()),
                text(source, "identifier"),
                constraints,
                text(updates, "identifier"),
                attributes);
    }

    private static <E extends Enum<E>> E constant(JsonObject object, String name, E[] constants) {
        JsonElement value = get(object, name);
        if (value.isJsonNull()) {
            return constants[0];
        }
        String text = value.getAsString();
        for (E constant : constants) {
            if (text.equals(constant.name()) || text.equals(Integer.toString(constant.ordinal()))) {
                return constant;
            }
        }
        throw new UnknownWordException(name + " cannot be " + value);
    }

    private static List<JsonElement> list(JsonObject object, String name) {
        JsonElement value = get(object, name);
        return value.isJsonNull() ? List.of() : value.getAsJsonArray().asList();
    }

    private static String text(JsonObject object, String name) {
        JsonElement value = get(object, name);
        return value.isJsonNull() ? "" : value.getAsString();
    }

    private static JsonElement get(JsonObject object, String name) {
        for (Map.Entry<String, JsonElement> entry : object.entrySet()) {
            if (entry.getKey().equalsIgnoreCase(name)) {
                return entry.getValue();
            }
        }
        return JsonNull.INSTANCE;
    }
}
