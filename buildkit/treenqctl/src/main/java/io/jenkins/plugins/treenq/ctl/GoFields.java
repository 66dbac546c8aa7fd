// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Reads the fields of a JSON object by the rules of Go's decoder ({@code encoding/json}): names match in any case, and
 * {@code null} counts as missing. A field of the wrong type causes a warning and is ignored.
 */
final class GoFields {
    private final JsonObject object;
    private final String place;
    private final Consumer<String> warnings;

    /**
     * @param object the object
     * @param place the place of the object, for warnings
     * @param warnings receives a line for each field of the wrong type, without its value
     */
    GoFields(JsonObject object, String place, Consumer<String> warnings) {
        this.object = object;
        this.place = place;
        this.warnings = warnings;
    }

    /** Returns a string field, or an empty string if it is missing. */
    String text(String name) {
        String text = "";
        for (Map.Entry<String, JsonElement> field : object.entrySet()) {
            if (isPresent(name, field)) {
                if (isText(field.getValue())) {
                    text = field.getValue().getAsString();
                } else {
                    warn(field.getKey(), "text");
                }
            }
        }
        return text;
    }

    /** Returns the members of an object field, or an empty map if it is missing. */
    Map<String, JsonElement> members(String name) {
        Map<String, JsonElement> members = new LinkedHashMap<>();
        for (Map.Entry<String, JsonElement> field : object.entrySet()) {
            if (isPresent(name, field)) {
                if (field.getValue() instanceof JsonObject found) {
                    members.putAll(found.asMap());
                } else {
                    warn(field.getKey(), "an object");
                }
            }
        }
        return members;
    }

    static boolean isText(JsonElement value) {
        return value.isJsonPrimitive() && value.getAsJsonPrimitive().isString();
    }

    private static boolean isPresent(String name, Map.Entry<String, JsonElement> field) {
        return field.getKey().equalsIgnoreCase(name) && !field.getValue().isJsonNull();
    }

    private void warn(String name, String type) {
        warnings.accept("WARNING: '" + name + "' in " + place + " is not " + type + " and is ignored");
    }
}
