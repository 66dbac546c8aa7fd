// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.hcl;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The arguments and blocks of a file or of a block. */
public record HclBody(Map<String, Attribute> attributes, List<Block> blocks, Position position) {
    public record Attribute(String name, Expression value, Position position) {}

    public record Block(String type, List<String> labels, HclBody body, Position position) {}

    /** @throws HclException if the text is not in HCL's native syntax */
    public static HclBody parse(String text, String file) {
        return Parser.body(text, file);
    }

    /**
     * Reads HCL's JSON syntax.
     *
     * @param labeled the types of blocks that have one label
     * @throws HclException if the text is not JSON
     */
    public static HclBody parseJson(String text, String file, Set<String> labeled) {
        JsonParser.Node root = JsonParser.parse(text, file);
        Map<String, Attribute> attributes = new LinkedHashMap<>();
        List<Block> blocks = new ArrayList<>();
        for (JsonParser.Members members : objects(root, "the file")) {
            for (JsonParser.Member each : members.each()) {
                if (each.name().equals("//")) {
                    continue;
                }
                if (labeled.contains(each.name())) {
                    for (JsonParser.Members labels : objects(each.value(), "\"" + each.name() + "\"")) {
                        for (JsonParser.Member label : labels.each()) {
                            for (JsonParser.Members body : objects(label.value(), "\"" + label.name() + "\"")) {
                                blocks.add(new Block(
                                        each.name(),
                                        List.of(label.name()),
                                        content(body, label.value().position(), true),
                                        label.position()));
                            }
                        }
                    }
                } else {
                    attributes.put(each.name(), new Attribute(each.name(), expression(each.value()), each.position()));
                }
            }
        }
        return new HclBody(attributes, blocks, root.position());
    }

    private static HclBody content(JsonParser.Members members, Position position, boolean validations) {
        Map<String, Attribute> attributes = new LinkedHashMap<>();
        List<Block> blocks = new ArrayList<>();
        for (JsonParser.Member each : members.each()) {
            if (each.name().equals("//")) {
                continue;
            }
            if (validations && each.name().equals("validation")) {
                for (JsonParser.Members body : objects(each.value(), "\"validation\"")) {
                    blocks.add(new Block(
                            each.name(), List.of(), content(body, each.value().position(), false), each.position()));
                }
            } else if (attributes.put(
                            each.name(), new Attribute(each.name(), expression(each.value()), each.position()))
                    != null) {
                throw new HclException(each.position(), "The argument \"" + each.name() + "\" is set twice");
            }
        }
        return new HclBody(attributes, blocks, position);
    }

    private static List<JsonParser.Members> objects(JsonParser.Node node, String what) {
        if (node.content() instanceof JsonParser.Members members) {
            return List.of(members);
        }
        List<JsonParser.Members> objects = new ArrayList<>();
        if (node.content() instanceof JsonParser.Elements elements) {
            elements.each().forEach(each -> objects.addAll(objects(each, what)));
            return objects;
        }
        throw new HclException(node.position(), "A JSON object, or an array of them, is expected for " + what);
    }

    private static Expression expression(JsonParser.Node node) {
        Object content = node.content();
        if (content instanceof String text) {
            return new Expressions.JsonString(node.position(), text, Parser.template(text, node.position()));
        } else if (content instanceof JsonParser.Elements elements) {
            return new Expressions.Tuple(
                    node.position(),
                    elements.each().stream().map(HclBody::expression).toList());
        } else if (content instanceof JsonParser.Members members) {
            List<Expressions.Item> items = new ArrayList<>();
            for (JsonParser.Member each : members.each()) {
                items.add(
                        new Expressions.Item(Parser.template(each.name(), each.position()), expression(each.value())));
            }
            return new Expressions.ObjectConstructor(node.position(), items);
        }
        Value value = content == null
                ? Value.NULL
                : content instanceof Boolean bool ? Value.of(bool) : Value.of((BigDecimal) content);
        return new Expressions.Literal(node.position(), value);
    }
}
