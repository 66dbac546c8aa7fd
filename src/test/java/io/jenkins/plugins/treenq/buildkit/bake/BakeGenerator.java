// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.bake;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Makes bake files that combine the features of the language, from a seed. */
final class BakeGenerator {
    private static final int DEPTH = 4;

    private final Random random;
    private final List<String> texts = new ArrayList<>();
    private final List<String> numbers = new ArrayList<>();
    private final List<String> lists = new ArrayList<>();
    private final List<String> targets = new ArrayList<>();
    private final StringBuilder out = new StringBuilder();

    BakeGenerator(long seed) {
        random = new Random(seed);
    }

    private String any(String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private String any(List<String> choices, String otherwise) {
        return choices.isEmpty() ? otherwise : choices.get(random.nextInt(choices.size()));
    }

    String file() {
        for (int i = 0; i < 1 + random.nextInt(4); i++) {
            variable(i);
        }
        if (random.nextBoolean()) {
            function();
        }
        for (int i = 0; i < 1 + random.nextInt(4); i++) {
            target(i);
        }
        out.append("group \"default\" {\n  targets = [")
                .append(String.join(
                        ", ", targets.stream().map(each -> '"' + each + '"').toList()))
                .append("]\n}\n");
        return out.toString();
    }

    private void variable(int i) {
        out.append("variable \"V").append(i).append("\" {\n");
        switch (random.nextInt(5)) {
            case 0 -> {
                out.append("  type = list(")
                        .append(any("string", "any", "number"))
                        .append(")\n  default = [1, 2, 30]\n");
                lists.add("V" + i);
            }
            case 1 -> {
                out.append("  default = ").append(number(DEPTH)).append('\n');
                numbers.add("V" + i);
            }
            case 2 -> {
                out.append("  type = ")
                        .append(any("string", "any"))
                        .append("\n  default = ")
                        .append(text(DEPTH))
                        .append('\n');
                texts.add("V" + i);
            }
            case 3 -> {
                out.append("  type = object({a = string, b = optional(number)})\n  default = {a = ")
                        .append(text(DEPTH))
                        .append("}\n");
                texts.add("V" + i + ".a");
            }
            default -> {
                out.append("  default = ").append(text(DEPTH)).append('\n');
                texts.add("V" + i);
            }
        }
        out.append("}\n");
    }

    private void function() {
        out.append("function \"f\" {\n  params = [a, b]\n  variadic_params = c\n  result = \"")
                .append(any("${a}-${b}", "${b}%{ if length(c) > 0 }+${c[0]}%{ endif }", "${upper(a)}${join(\"\", c)}"))
                .append("\"\n}\n");
        texts.add("f(" + text(1) + ", " + number(1) + ")");
        texts.add("f(\"x\", 2, \"y\")");
    }

    private void target(int i) {
        String name = "t" + i;
        out.append("target \"").append(name).append("\" {\n");
        if (random.nextInt(3) == 0) {
            out.append("  matrix = {\n    m = ")
                    .append(any("[\"a\", \"b\"]", "[1, 2]", "[{k=\"x\"},{k=\"y\"}]"))
                    .append("\n  }\n");
            out.append("  name = \"").append(name).append("-${md5(jsonencode(m))}\"\n");
            out.append("  labels = { m = jsonencode(m) }\n");
        } else if (!targets.isEmpty() && random.nextInt(3) == 0) {
            out.append("  inherits = [\"").append(any(targets, name)).append("\"]\n");
        }
        out.append("  args = {\n");
        for (int j = 0; j < 1 + random.nextInt(4); j++) {
            out.append("    ")
                    .append(j == 0 ? "A" : any("B" + j, "\"C " + j + "\"", "(\"D${" + j + "}\")"))
                    .append(any(" = ", " : "))
                    .append(value())
                    .append('\n');
        }
        out.append("  }\n");
        if (random.nextBoolean()) {
            out.append("  tags = ").append(list(DEPTH)).append('\n');
        }
        if (random.nextInt(4) == 0) {
            out.append("  cache-from = [\"type=registry,ref=${md5(")
                    .append(text(1))
                    .append(")")
                    .append("}\", {type = \"gha\", scope = \"s\"}]\n");
        }
        if (random.nextInt(4) == 0) {
            out.append("  output = [")
                    .append(any("\"type=docker\"", "{type=\"image\",push=\"true\"}", "\"\""))
                    .append("]\n");
        }
        if (random.nextInt(4) == 0) {
            out.append("  platforms = formatlist(\"linux/%s\", [\"amd64\", \"arm64\"])\n");
        }
        if (random.nextInt(4) == 0) {
            out.append("  attest = [\"type=provenance,mode=max\", {type=\"sbom\", disabled=true}]\n");
        }
        if (random.nextInt(4) == 0) {
            out.append("  no-cache = ")
                    .append(bool(2))
                    .append("\n  pull = ")
                    .append(any("true", "null", "\"1\""))
                    .append('\n');
        }
        if (random.nextInt(4) == 0) {
            out.append("  dockerfile-inline = <<")
                    .append(any("", "-"))
                    .append("EOT\n    FROM ${")
                    .append(text(1))
                    .append("}\n  RUN echo $${x} %%{y}\n\n      %{~ if ")
                    .append(bool(1))
                    .append(" ~}\n    A\n    %{~ else }\n    B\n    %{ endif ~}\n    EOT\n");
        }
        out.append("}\n");
        targets.add(name);
        texts.add("try(target." + name + ".args.A, \"none\")");
    }

    private String value() {
        return switch (random.nextInt(6)) {
            case 0 -> number(DEPTH);
            case 1 -> bool(DEPTH);
            case 2 -> "jsonencode(" + any(list(DEPTH), map(DEPTH)) + ")";
            default -> text(DEPTH);
        };
    }

    private String text(int depth) {
        if (depth == 0) {
            return any(
                    "\"a\"", "\"Hello World\"", "\"x-1.2.3\"", "\"ä\\u00e9 \\\"q\\\"\"", "\"\"", any(texts, "\"v\""));
        }
        int d = depth - 1;
        return switch (random.nextInt(26)) {
            case 0 -> "\"${" + text(d) + "}-${" + number(d) + "}\"";
            case 1 ->
                any(
                                "upper",
                                "lower",
                                "title",
                                "trimspace",
                                "reverse",
                                "sanitize",
                                "base64encode",
                                "urlencode",
                                "md5",
                                "sha1",
                                "sha256",
                                "sha512",
                                "chomp",
                                "basename",
                                "dirname")
                        + "(" + text(d) + ")";
            case 2 -> "replace(" + text(d) + ", " + any("\"a\"", "\".\"", "\"\"") + ", \"_\")";
            case 3 -> "(" + bool(d) + " ? " + text(d) + " : " + text(d) + ")";
            case 4 -> "join(\"" + any(",", "", "--") + "\", " + list(d) + ")";
            case 5 ->
                "format(\"%s|%" + any("5d", "-5d", "05d", "x", "v", "+d", ".2f", "g", "e") + "|%q|%v\", " + text(d)
                        + ", " + number(0) + ", " + text(0) + ", " + any(list(0), bool(0), "null") + ")";
            case 6 -> "substr(" + text(d) + ", " + any("0", "1", "-2") + ", " + any("1", "3", "-1") + ")";
            case 7 -> "try(" + list(d) + "[" + number(0) + "], " + text(d) + ")";
            case 8 -> "coalesce(null, " + text(d) + ")";
            case 9 -> "lookup(" + map(d) + ", \"a\", " + text(d) + ")";
            case 10 -> "jsonencode(" + any(text(d), list(d), map(d), number(d)) + ")";
            case 11 -> "\"%{ for i, x in " + list(d) + " }${i}=${x};%{ endfor }\"";
            case 12 -> "regex_replace(" + text(d) + ", \"[a-z]+\", \"<$0>\")";
            case 13 -> "try(regex(\"([a-z]+)-?([0-9]*)\", " + text(d) + ")[0], \"no\")";
            case 14 -> "element(" + any(list(d), "[\"p\", \"q\"]") + ", " + any("0", "1") + ")";
            case 15 -> "trim" + any("prefix", "suffix", "") + "(" + text(d) + ", \"a\")";
            case 16 ->
                "formattimestamp(\"" + any("YYYY-MM-DD", "EEE, D MMM YY hh:mm:ss ZZZ", "X", "H aa 'at' Z") + "\", "
                        + any("1700000000", "\"2024-02-29T12:30:45+02:00\"") + ")";
            case 17 ->
                "cidr"
                        + any(
                                "host(\"10.0.0.0/8\", 5)",
                                "subnet(\"10.1.0.0/16\", 8, 3)",
                                "netmask(\"172.16.0.0/12\")",
                                "subnet(\"fd00::/32\", 16, 162)");
            case 18 -> "try(unknown.variable, " + text(d) + ")";
            case 19 -> "try(keys(" + map(d) + ")[0], \"k\")";
            case 20 -> "timeadd(\"2024-02-29T12:30:45Z\", \"" + any("1h", "-90m", "1.5s") + "\")";
            case 21 -> "indent(2, \"a\\nb\")";
            default -> text(d);
        };
    }

    private String number(int depth) {
        if (depth == 0) {
            return any("0", "1", "2", "10", "1.5", "-3", any(numbers, "7"));
        }
        int d = depth - 1;
        return switch (random.nextInt(14)) {
            case 0 -> "(" + number(d) + " " + any("+", "-", "*") + " " + number(d) + ")";
            case 1 -> number(d) + " / " + any("2", "3", "4", "7");
            case 2 -> number(d) + " % 3";
            case 3 -> any("ceil", "floor", "absolute", "int", "negate") + "(" + number(d) + ")";
            case 4 -> any("min", "max") + "(" + number(d) + ", " + number(d) + ")";
            case 5 -> "length(" + any(list(d), "range(3)") + ")";
            case 6 -> "strlen(" + text(d) + ")";
            case 7 -> "parseint(\"" + any("ff", "10", "-7f") + "\", 16)";
            case 8 -> "-(" + number(0) + " + 1)";
            case 9 -> "pow(2, " + any("3", "0.5", "10") + ")";
            case 10 -> "try(indexof(" + list(d) + ", \"a\"), -1)";
            default -> number(d);
        };
    }

    private String bool(int depth) {
        if (depth == 0) {
            return any("true", "false");
        }
        int d = depth - 1;
        return switch (random.nextInt(12)) {
            case 0 -> "(" + number(d) + " " + any("<", "<=", ">", ">=", "==", "!=") + " " + number(d) + ")";
            case 1 -> "(" + text(d) + " " + any("==", "!=") + " " + text(d) + ")";
            case 2 -> "(" + bool(d) + " " + any("&&", "||") + " " + bool(d) + ")";
            case 3 -> "!" + bool(0);
            case 4 -> "contains(" + list(d) + ", \"a\")";
            case 5 -> "can(" + any(text(d), "nothing.at.all", "[][0]") + ")";
            case 6 -> "equal(" + list(d) + ", " + list(d) + ")";
            case 7 -> "semvercmp(\"1.2.3\", \"" + any("^1.2", "~1.3", ">= 1.0, < 2", "1.x", "1.0 - 1.2") + "\")";
            case 8 -> "null == " + any(text(d), "null");
            default -> bool(d);
        };
    }

    private String list(int depth) {
        if (depth == 0) {
            return any("[\"a\", \"b\"]", "[\"a\"]", "[\"x\", \"a\", \"x\"]", any(lists, "[\"l\"]"));
        }
        int d = depth - 1;
        return switch (random.nextInt(22)) {
            case 0 -> "[" + text(d) + ", " + text(d) + "]";
            case 1 -> "[for x in " + list(d) + " : \"${x}!\" if x != " + text(0) + "]";
            case 2 -> "[for k, v in " + map(d) + " : \"${k}=${v}\"]";
            case 3 -> "concat([for x in " + list(d) + " : x], " + list(d) + ")";
            case 4 -> any("distinct", "compact", "sort", "reverselist", "flatten") + "(" + list(d) + ")";
            case 5 -> "split(\"" + any("-", " ", "") + "\", " + text(d) + ")";
            case 6 -> "(" + bool(d) + " ? " + list(d) + " : " + list(d) + ")";
            case 7 -> "[for x in [{n = " + text(d) + "}, {n = \"z\"}] : x].*.n";
            case 8 -> "[{n = [" + text(d) + "]}][*].n[0]";
            case 9 -> "values(" + map(d) + ")";
            case 10 ->
                any("setunion", "setintersection", "setsubtract", "setsymmetricdifference") + "(" + list(d) + ", "
                        + list(d) + ")";
            case 11 -> "chunklist(" + list(d) + ", 2)[0]";
            case 12 -> "slice(concat(" + list(d) + ", [\"s\"]), 0, 1)";
            case 13 -> "formatlist(\"%s-%s\", " + list(0) + ", \"y\")";
            case 14 -> "[for p in setproduct([\"a\", \"b\"], [1, 2]) : join(\"\", p)]";
            case 15 -> "regexall(\"[a-z]\", " + text(d) + ")";
            case 16 -> "keys(" + map(d) + ")";
            case 17 -> "coalescelist([], convert(" + list(d) + ", list(string)))";
            case 18 -> "convert(" + list(d) + ", " + any("list(string)", "set(string)", "any") + ")";
            default -> list(d);
        };
    }

    private String map(int depth) {
        if (depth == 0) {
            return any("{a = \"1\", b = 2}", "{a = \"x\"}", "{\"b c\" = \"y\", a = \"z\"}");
        }
        int d = depth - 1;
        return switch (random.nextInt(9)) {
            case 0 -> "{a = " + text(d) + ", b = " + number(d) + "}";
            case 1 -> "merge(" + map(d) + ", " + map(d) + ")";
            case 2 -> "{for i, x in " + list(d) + " : \"k${i}\" => x}";
            case 3 -> "{for x in " + list(d) + " : \"g\" => x...}";
            case 4 -> "zipmap([\"a\", \"b\"], [" + text(d) + ", " + text(d) + "])";
            case 5 -> "{a: " + text(d) + ", (" + text(0) + ") = 1}";
            case 6 -> "jsondecode(jsonencode(" + map(d) + "))";
            default -> map(d);
        };
    }
}
