// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.hcl;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Converts values to JSON and from JSON, like cty. */
public final class Json {
    private Json() {}

    public static String write(Value value) {
        StringBuilder out = new StringBuilder();
        append(out, value);
        return out.toString();
    }

    private static void append(StringBuilder out, Value value) {
        if (value.isNull()) {
            out.append("null");
            return;
        }
        switch (value.type().kind()) {
            case STRING -> quote(out, value.string());
            case NUMBER -> out.append(Numbers.text(value.number()));
            case BOOL -> out.append(value.bool());
            case MAP, OBJECT -> {
                out.append('{');
                String separator = "";
                for (Map.Entry<String, Value> each : value.attributes().entrySet()) {
                    out.append(separator);
                    quote(out, each.getKey());
                    out.append(':');
                    append(out, each.getValue());
                    separator = ",";
                }
                out.append('}');
            }
            default -> {
                out.append('[');
                String separator = "";
                for (Value each : value.elements()) {
                    out.append(separator);
                    append(out, each);
                    separator = ",";
                }
                out.append(']');
            }
        }
    }

    /**
     * Returns a string in the form of Go's {@code encoding/json}, which also escapes the special characters of HTML.
     */
    static void quote(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                default -> {
                    if (c < ' ' || c == '<' || c == '>' || c == '&' || c == 0x2028 || c == 0x2029) {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    /** Parses JSON like the function {@code jsondecode}, to objects and tuples. */
    static Value read(String text) {
        return value(JsonParser.parse(text, "JSON"));
    }

    private static Value value(JsonParser.Node node) {
        Object content = node.content();
        if (content == null) {
            return Value.NULL;
        } else if (content instanceof String text) {
            return Value.of(text);
        } else if (content instanceof BigDecimal number) {
            return Value.of(number);
        } else if (content instanceof Boolean bool) {
            return Value.of(bool);
        } else if (content instanceof JsonParser.Members members) {
            Map<String, Value> values = new TreeMap<>(Value.KEYS);
            members.each().forEach(member -> values.put(member.name(), value(member.value())));
            return Value.object(values);
        }
        List<Value> values = new ArrayList<>();
        for (JsonParser.Node each : ((JsonParser.Elements) content).each()) {
            values.add(value(each));
        }
        return Value.tuple(values);
    }
}
