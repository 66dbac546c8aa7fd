// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.bake;

import java.io.StringReader;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.representer.Representer;

/**
 * Reads the YAML of a Compose file: as Go's yaml.v3 does, where scalars of YAML 1.2 have a type and {@code yes} is a
 * string, with merge keys and aliases. Makes maps, lists, Strings, Longs, Doubles, Booleans and nulls.
 */
final class ComposeFile {
    private static final Pattern INTEGER = Pattern.compile("[-+]?[0-9][0-9_]*");
    private static final Pattern FLOAT =
            Pattern.compile("[-+]?(\\.[0-9]+|[0-9][0-9_]*(\\.[0-9_]*)?)([eE][-+]?[0-9]+)?");

    /** Aliases can make a file of a few lines as large as one likes. */
    private static final int MAX_NODES = 200_000;

    private final String file;
    private final CopyLimit limit;
    private final Map<Node, Object> inProgress = new IdentityHashMap<>();
    private int nodes;

    private ComposeFile(String file, CopyLimit limit) {
        this.file = file;
        this.limit = limit;
    }

    /**
     * @param limit counts the values of all files
     * @throws BakeException if the text is not YAML, or not a mapping
     */
    static Map<String, Object> read(BakeFile source, CopyLimit limit) {
        limit.useText(source.content());
        LoaderOptions options = new LoaderOptions();
        options.setMaxAliasesForCollections(1000);
        options.setNestingDepthLimit(100);
        Node root;
        try {
            DumperOptions dumper = new DumperOptions();
            root = new Yaml(new SafeConstructor(options), new Representer(dumper), dumper, options)
                    .compose(new StringReader(source.content()));
        } catch (MarkedYAMLException e) {
            throw new BakeException(source.name()
                    + (e.getProblemMark() == null
                            ? ""
                            : ":" + (e.getProblemMark().getLine() + 1) + ":"
                                    + (e.getProblemMark().getColumn() + 1))
                    + ": " + e.getProblem());
        } catch (YAMLException e) {
            throw new BakeException(source.name() + ": " + e.getMessage());
        }
        if (root == null) {
            throw new BakeException(source.name() + ": empty compose file");
        }
        Object value = new ComposeFile(source.name(), limit).value(root);
        if (!(value instanceof Map<?, ?>)) {
            throw new BakeException(source.name() + ": the top level of a Compose file must be a mapping");
        }
        return map(value);
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> map(Object value) {
        return (Map<String, Object>) value;
    }

    private BakeException wrong(Node node, String message) {
        return new BakeException(file + ":" + (node.getStartMark().getLine() + 1) + ":"
                + (node.getStartMark().getColumn() + 1) + ": " + message);
    }

    private Object value(Node node) {
        if (++nodes > MAX_NODES) {
            throw wrong(node, "the file has more than " + MAX_NODES + " values");
        }
        limit.use(1);
        if (node instanceof ScalarNode scalar) {
            return scalar(scalar);
        }
        if (inProgress.put(node, node) != null) {
            throw wrong(node, "an alias refers to a value that contains the alias");
        }
        try {
            if (node instanceof SequenceNode sequence) {
                List<Object> list = new ArrayList<>();
                sequence.getValue().forEach(each -> list.add(value(each)));
                return list;
            }
            return mapping((MappingNode) node);
        } finally {
            inProgress.remove(node);
        }
    }

    private Map<String, Object> mapping(MappingNode node) {
        Map<String, Object> map = new LinkedHashMap<>();
        List<Object> merged = new ArrayList<>();
        for (NodeTuple each : node.getValue()) {
            if (!(each.getKeyNode() instanceof ScalarNode key)) {
                throw wrong(each.getKeyNode(), "the key of a mapping must be a string");
            }
            if (key.getValue().equals("<<") && key.getScalarStyle() == DumperOptions.ScalarStyle.PLAIN) {
                merged.add(value(each.getValueNode()));
            } else if (map.containsKey(key.getValue())) {
                throw wrong(key, "the key \"" + key.getValue() + "\" is defined twice");
            } else {
                map.put(key.getValue(), value(each.getValueNode()));
            }
        }
        for (Object each : merged) {
            List<?> sources = each instanceof List<?> list ? list : List.of(each);
            for (Object source : sources) {
                if (!(source instanceof Map<?, ?>)) {
                    throw wrong(node, "'<<' needs a mapping, or a list of them");
                }
                map(source).forEach(map::putIfAbsent);
            }
        }
        return map;
    }

    private static Object scalar(ScalarNode node) {
        String text = node.getValue();
        if (node.getScalarStyle() != DumperOptions.ScalarStyle.PLAIN
                || node.getTag().equals(Tag.STR) && explicit(node)) {
            return text;
        }
        switch (text) {
            case "", "~", "null", "Null", "NULL":
                return null;
            case "true", "True", "TRUE":
                return true;
            case "false", "False", "FALSE":
                return false;
            default:
                return number(text);
        }
    }

    /**
     * Whether {@code !!str} is written; the library gives that tag to all plain scalars that it takes for strings,
     * too.
     */
    private static boolean explicit(ScalarNode node) {
        return INTEGER.matcher(node.getValue()).matches()
                || FLOAT.matcher(node.getValue()).matches();
    }

    private static Object number(String text) {
        String digits = text.replace("_", "");
        try {
            if (INTEGER.matcher(text).matches()) {
                String unsigned = digits.replaceAll("^[-+]", "");
                return unsigned.length() > 1 && unsigned.startsWith("0") && unsigned.matches("[0-7]+")
                        ? (Object) Long.parseLong((digits.startsWith("-") ? "-" : "") + unsigned, 8)
                        : (Object) Long.parseLong(digits);
            } else if (digits.matches("[-+]?0x[0-9a-fA-F]+")) {
                return Long.parseLong(digits.replaceFirst("0x", ""), 16);
            } else if (digits.matches("[-+]?0o[0-7]+")) {
                return Long.parseLong(digits.replaceFirst("0o", ""), 8);
            } else if (digits.matches("[-+]?0b[01]+")) {
                return Long.parseLong(digits.replaceFirst("0b", ""), 2);
            } else if (FLOAT.matcher(text).matches()) {
                return Double.parseDouble(digits);
            }
        } catch (NumberFormatException e) {
            return text;
        }
        return text;
    }

    /** A copy in which all strings are replaced, except keys. */
    static Object replaced(Object value, UnaryOperator<String> replacement) {
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> copy = new LinkedHashMap<>();
            map.forEach((key, each) -> copy.put((String) key, replaced(each, replacement)));
            return copy;
        } else if (value instanceof List<?> list) {
            List<Object> copy = new ArrayList<>();
            list.forEach(each -> copy.add(replaced(each, replacement)));
            return copy;
        }
        return value instanceof String text ? replacement.apply(text) : value;
    }

    /** A scalar as Go's fmt.Sprint writes it. */
    static String text(Object scalar) {
        if (scalar instanceof Double number) {
            if (number == Math.rint(number) && Math.abs(number) < 1e21) {
                return new BigDecimal(number).toPlainString();
            }
            String text = number.toString();
            return text.contains("E") ? new BigDecimal(text).toString().replace("E", "e") : text;
        }
        return String.valueOf(scalar);
    }
}
