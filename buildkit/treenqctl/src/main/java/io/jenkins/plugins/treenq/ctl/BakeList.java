// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.jenkins.plugins.treenq.buildkit.bake.BakeConfig;
import io.jenkins.plugins.treenq.buildkit.bake.BakeGroup;
import io.jenkins.plugins.treenq.buildkit.bake.BakeTarget;
import io.jenkins.plugins.treenq.buildkit.bake.BakeVariable;
import io.jenkins.plugins.treenq.buildkit.progress.LineAssembler;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.TypeConversionException;

/** The targets or variables of bake files, as {@code buildx bake --list} prints them. */
final class BakeList {
    private static final Gson GSON = new GsonBuilder().setPrettyPrinting().create();
    /** The columns that a tab advances to. */
    private static final int TAB = 8;

    private final boolean variables;
    private final boolean json;

    private BakeList(boolean variables, boolean json) {
        this.variables = variables;
        this.json = json;
    }

    /** @param option targets or variables, also as {@code type=…,format=json} */
    static BakeList of(String option) {
        String type = option;
        String format = "table";
        if (option.contains("=")) {
            type = "";
            for (Map.Entry<String, String> each : KeyValues.parse(option).entrySet()) {
                switch (each.getKey()) {
                    case "type" -> type = each.getValue();
                    case "format" -> format = each.getValue();
                    default ->
                        throw new TypeConversionException("--list supports type= and format=, not " + each.getKey());
                }
            }
        }
        if (!type.equals("targets") && !type.equals("variables")) {
            throw new TypeConversionException("--list must be targets or variables, not " + type);
        }
        if (!format.equals("table") && !format.equals("json")) {
            throw new TypeConversionException("the format of --list must be table or json, not " + format);
        }
        return new BakeList(type.equals("variables"), format.equals("json"));
    }

    String text(BakeConfig config) {
        List<JsonObject> entries =
                variables ? config.variables().stream().map(BakeList::entry).toList() : targets(config);
        if (json) {
            JsonArray array = new JsonArray();
            entries.forEach(array::add);
            return GSON.toJson(array).replace("\\u0027", "'").replace("\\u003d", "=");
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(variables ? List.of("VARIABLE", "TYPE", "VALUE", "DESCRIPTION") : List.of("TARGET", "DESCRIPTION"));
        for (JsonObject entry : entries) {
            rows.add(
                    variables
                            ? List.of(
                                    member(entry, "name"),
                                    member(entry, "type"),
                                    entry.has("value") ? member(entry, "value") : "<null>",
                                    member(entry, "description"))
                            : List.of(member(entry, "name"), member(entry, "description")));
        }
        // The texts of a bake file cannot begin another line or control a terminal.
        rows.replaceAll(row -> row.stream().map(LineAssembler::plainLine).toList());
        return table(rows);
    }

    private static String member(JsonObject entry, String name) {
        return entry.has(name) ? entry.get(name).getAsString() : "";
    }

    private static JsonObject entry(BakeVariable variable) {
        JsonObject entry = new JsonObject();
        entry.addProperty("name", variable.name());
        if (!variable.description().isEmpty()) {
            entry.addProperty("description", variable.description());
        }
        if (!variable.type().isEmpty()) {
            entry.addProperty("type", variable.type());
        }
        if (variable.value() != null) {
            entry.addProperty("value", variable.value());
        }
        return entry;
    }

    /** Targets and groups by their names, without those whose names begin with an underscore. */
    private static List<JsonObject> targets(BakeConfig config) {
        List<JsonObject> entries = new ArrayList<>();
        for (BakeTarget target : config.targets()) {
            entries.add(entry(target.name(), target.description(), false));
        }
        for (BakeGroup group : config.groups()) {
            String members = String.join(", ", group.targets().stream().sorted().toList());
            String description = group.description().isEmpty() || members.isEmpty()
                    ? group.description() + members
                    : group.description() + " (" + members + ")";
            entries.add(entry(group.name(), description, true));
        }
        entries.removeIf(entry -> member(entry, "name").startsWith("_"));
        entries.sort(Comparator.comparing(entry -> member(entry, "name")));
        return entries;
    }

    private static JsonObject entry(String name, String description, boolean group) {
        JsonObject entry = new JsonObject();
        entry.addProperty("name", name);
        if (!description.isEmpty()) {
            entry.addProperty("description", description);
        }
        if (group) {
            entry.addProperty("group", true);
        }
        return entry;
    }

    /** Columns that tabs align, as Go's text/tabwriter does. */
    private static String table(List<List<String>> rows) {
        int columns = rows.get(0).size();
        StringBuilder out = new StringBuilder();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(
                        widths[i], (row.get(i).codePointCount(0, row.get(i).length()) + TAB) / TAB * TAB);
            }
        }
        for (List<String> row : rows) {
            for (int i = 0; i < columns - 1; i++) {
                String cell = row.get(i);
                int missing = widths[i] - cell.codePointCount(0, cell.length());
                out.append(cell).append("\t".repeat((missing + TAB - 1) / TAB));
            }
            out.append(row.get(columns - 1)).append('\n');
        }
        return out.substring(0, out.length() - 1);
    }
}
