// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The fields of a JSON object as Go's decoder takes them ({@code encoding/json}): names in any case, and {@code null}
 * as if the field were not there. A field of the wrong type is left out and told, and the others are taken.
 */
final class GoFields {
    private final JsonObject object;
    private final String place;
    private final Consumer<String> warnings;

    /**
     * @param place of the object, for warnings
     * @param warnings gets a line for each field that cannot be taken, without its value
     */
    GoFields(JsonObject object, String place, Consumer<String> warnings) {
        this.object = object;
        this.place = place;
        this.warnings = warnings;
    }

    /** Empty when there is none. */
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

    /** The members of an object; none when there is no such object. */
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
