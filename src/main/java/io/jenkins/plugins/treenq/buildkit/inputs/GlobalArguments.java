// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.inputs;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The arguments before the first FROM of a Dockerfile, which all FROM instructions can use. */
final class GlobalArguments {
    private static final String NAME = "[A-Za-z_][A-Za-z0-9_]*";
    private static final Pattern DECLARED = Pattern.compile("\\s*(?<name>" + NAME
            + ")(?<assigned>=(?:\"(?<double>[^\"\\\\]*)\"|'(?<single>[^'\\\\]*)'|(?<bare>[^\\s\"'\\\\]*)))?(?=\\s|$)");
    private static final Pattern USED = Pattern.compile(
            "\\$(?:(?<bare>" + NAME + ")|\\{(?<braced>" + NAME + ")(?:(?<sign>:?[-+])(?<word>[^}$\"'\\\\]*))?})");

    /** The names of the arguments that the daemon sets for platforms. */
    private static final Pattern PLATFORM = Pattern.compile("(BUILD|TARGET).*");

    private final Map<String, String> given;
    private final Map<String, Optional<String>> values = new HashMap<>();
    private final Set<String> unknown = new HashSet<>();
    private boolean unread;

    /** @param given the build arguments, which replace the defaults */
    GlobalArguments(Map<String, String> given) {
        this.given = given;
    }

    /**
     * Adds the arguments of an ARG instruction.
     *
     * @param declarations the text after ARG
     */
    void declare(String declarations) {
        Matcher next = DECLARED.matcher(declarations);
        while (next.lookingAt()) {
            declare(next);
            next.region(next.end(), declarations.length());
        }
        unread |= !declarations.substring(next.regionStart()).isBlank();
    }

    /**
     * Records that an instruction may declare arguments whose names are not known. No argument can be expanded
     * afterwards.
     */
    void declareUnread() {
        unread = true;
    }

    private void declare(Matcher declaration) {
        String name = declaration.group("name");
        try {
            if (given.containsKey(name)) {
                values.put(name, Optional.of(given.get(name)));
            } else if (declaration.group("assigned") == null) {
                if (PLATFORM.matcher(name).matches() || values.putIfAbsent(name, Optional.empty()) != null) {
                    unknown.add(name);
                }
            } else if (declaration.group("single") != null) {
                values.put(name, Optional.of(declaration.group("single")));
            } else {
                String quoted = declaration.group("double");
                values.put(name, Optional.of(expand(quoted == null ? declaration.group("bare") : quoted)));
            }
        } catch (UnknownInputException e) {
            unknown.add(name);
        }
    }

    /**
     * Expands the arguments in a word.
     *
     * @throws UnknownInputException if the value of an argument is not known
     */
    String expand(String word) throws UnknownInputException {
        if (word.matches("(?s).*[\"'\\\\].*")) {
            throw new UnknownInputException("'" + word + "' in the Dockerfile is quoted");
        }
        Matcher used = USED.matcher(word);
        StringBuilder expanded = new StringBuilder();
        while (used.find()) {
            used.appendReplacement(expanded, Matcher.quoteReplacement(value(word, used)));
        }
        used.appendTail(expanded);
        if (word.replaceAll(USED.pattern(), "").indexOf('$') >= 0) {
            throw new UnknownInputException("the variables of '" + word + "' in the Dockerfile cannot be read");
        }
        return expanded.toString();
    }

    private String value(String word, Matcher used) throws UnknownInputException {
        String name = used.group("bare") == null ? used.group("braced") : used.group("bare");
        if (unread || unknown.contains(name) || !values.containsKey(name)) {
            throw new UnknownInputException("the value of " + name + " in '" + word + "' of the Dockerfile is unknown");
        }
        Optional<String> value = values.get(name);
        String sign = used.group("sign");
        if (sign == null) {
            return value.orElse("");
        }
        boolean there =
                sign.startsWith(":") ? value.filter(text -> !text.isEmpty()).isPresent() : value.isPresent();
        String other = used.group("word");
        return sign.endsWith("+") ? there ? other : "" : there ? value.get() : other;
    }
}
