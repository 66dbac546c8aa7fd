// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.inputs;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds the images that a Dockerfile refers to (BuildKit's {@code frontend/dockerfile/parser}). The result may contain
 * too many images, but never too few: a line that may be an instruction counts as one, and a stage is recognized only
 * in a line that certainly is an instruction. References that cannot be determined cause an
 * {@link UnknownInputException}, as does everything that is fetched from elsewhere than a registry.
 */
final class DockerfileReferences {
    private static final List<String> KEYWORDS = List.of("from", "copy", "add", "run", "arg", "onbuild");
    private static final Pattern KEYWORD = Pattern.compile("(?i)(?:from|copy|add|run|arg|onbuild)[\\t\\x0B\\f\\r ].*");
    private static final Pattern WITH_TEXT = Pattern.compile("(?i)(?:copy|add|run|onbuild)[\\t\\x0B\\f\\r ].*");
    private static final Pattern SPLIT_KEYWORD = Pattern.compile("([A-Za-z]+)\\\\[ \\t]*");
    private static final Pattern CONTINUED = Pattern.compile("(?<!\\\\)\\\\[ \\t]*$");
    private static final Pattern DIRECTIVE = Pattern.compile("(?i)#\\s*(escape|syntax)\\s*=\\s*(\\S+).*");
    private static final Pattern BLANKS = Pattern.compile("[\\t\\x0B\\f\\r ]+");
    private static final String SCRATCH = "scratch";

    /** An instruction with a heredoc whose form has only one interpretation. */
    private static final Pattern PLAIN_HEREDOC = Pattern.compile("(?i)(?:run|copy|add)\\s(?!\\s*\\[)[^\"'\\\\$<]*"
            + "(?<=\\s)[0-9]*<<(?<tabs>-?)(?<quote>[\"']?)(?<end>[A-Za-z0-9_]+)\\k<quote>(?:\\s[^\"'\\\\$<]*)?");

    /** A source of ADD that is remote, or that may be remote. */
    private static final Pattern REMOTE =
            Pattern.compile("(?i).*(?:://|\\$|\\.git(?:$|#)).*|[\\w.-]+@[\\w.-]+:.*|github\\.com/.*");

    /** The frontend images that parse a Dockerfile as the daemon's own frontend does. */
    private static final Pattern FRONTEND =
            Pattern.compile("(?:(?:index\\.)?docker\\.io/)?docker/dockerfile(?:-upstream)?(?:[:@].*)?");

    private final List<String> lines;
    private final GlobalArguments arguments;
    private final Set<String> images = new TreeSet<>();
    private final Set<String> stages = new TreeSet<>();
    private boolean afterFrom;

    /** Whether a line begins an instruction. */
    private enum Beginning {
        YES,
        PERHAPS,
        NO
    }

    private DockerfileReferences(String dockerfile, Map<String, String> buildArgs) {
        this.lines = Stream.of(dockerfile.replaceFirst("^\uFEFF", "").split("\n", -1))
                .map(line -> line.replaceFirst("\r+$", ""))
                .toList();
        this.arguments = new GlobalArguments(buildArgs);
    }

    /**
     * Returns the images as they are written in the Dockerfile, with the values of arguments inserted.
     *
     * @param buildArgs the build arguments, which replace the defaults of arguments
     */
    static Set<String> images(String dockerfile, Map<String, String> buildArgs) throws UnknownInputException {
        DockerfileReferences references = new DockerfileReferences(dockerfile, buildArgs);
        references.read();
        return references.images;
    }

    /** Checks the image of a frontend and returns it, because it is a reference, too. */
    static String frontend(String image) throws UnknownInputException {
        if (!isFrontend(image)) {
            throw new UnknownInputException("the inputs of the frontend " + image + " are unknown");
        }
        return image;
    }

    /** Whether an image is one of the known frontends. */
    static boolean isFrontend(String image) {
        return FRONTEND.matcher(image).matches();
    }

    private void read() throws UnknownInputException {
        String start = String.join("\n", lines).replaceFirst("^#!.*\n", "");
        if (start.startsWith("//") || start.startsWith("{")) {
            throw new UnknownInputException("the beginning of the Dockerfile has an unsupported form");
        }
        List<Beginning> beginnings = beginnings();
        for (int number = 0; number < lines.size(); number++) {
            String line = trimmed(lines.get(number));
            if (beginnings.get(number) == Beginning.NO) {
                continue;
            }
            if (line.startsWith("#")) {
                directive(line);
            } else if (beginnings.get(number) == Beginning.YES
                    || KEYWORD.matcher(line).matches()) {
                instruction(logical(number).text(), beginnings.get(number));
            } else {
                checkWhole(line);
            }
        }
    }

    private void directive(String comment) throws UnknownInputException {
        Matcher directive = DIRECTIVE.matcher(comment);
        if (directive.matches()) {
            if (directive.group(1).equalsIgnoreCase("escape")) {
                throw new UnknownInputException("the Dockerfile changes its escape character");
            }
            images.add(frontend(directive.group(2)));
        }
    }

    private static void checkWhole(String line) throws UnknownInputException {
        Matcher split = SPLIT_KEYWORD.matcher(line);
        if (split.matches()
                && KEYWORDS.stream()
                        .anyMatch(word -> word.startsWith(split.group(1).toLowerCase(Locale.ROOT)))) {
            throw new UnknownInputException("the name of an instruction may be split over two lines");
        }
    }

    /**
     * An instruction with its continuation lines.
     *
     * @param last the index of its last line
     */
    private record Logical(String text, int last) {}

    /** Joins a line and its continuation lines. */
    private Logical logical(int first) {
        StringBuilder text = new StringBuilder();
        String part = trimmed(lines.get(first));
        int last = first;
        for (int next = first + 1; ; next++) {
            Matcher continued = CONTINUED.matcher(part);
            if (!continued.find()) {
                return new Logical(text.append(part).toString(), last);
            }
            text.append(part, 0, continued.start());
            while (next < lines.size() && isNothing(lines.get(next))) {
                next++;
            }
            if (next >= lines.size()) {
                return new Logical(text.toString(), lines.size() - 1);
            }
            last = next;
            part = lines.get(next);
        }
    }

    private static boolean isNothing(String line) {
        String text = trimmed(line);
        return text.isEmpty() || text.startsWith("#");
    }

    /** Removes leading characters that Go regards as space. */
    private static String trimmed(String line) {
        int start = 0;
        while (start < line.length() && isSpace(line.charAt(start))) {
            start++;
        }
        return line.substring(start);
    }

    private static boolean isSpace(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085';
    }

    /**
     * Determines for each line whether it begins an instruction. A continuation line possibly begins another
     * instruction. A line of a plain heredoc begins none. After a heredoc that is not plain, every line possibly begins
     * an instruction.
     */
    private List<Beginning> beginnings() {
        List<Beginning> beginnings = new ArrayList<>();
        while (beginnings.size() < lines.size()) {
            int number = beginnings.size();
            if (isNothing(lines.get(number))) {
                beginnings.add(Beginning.PERHAPS);
                continue;
            }
            Logical logical = logical(number);
            beginnings.add(Beginning.YES);
            fill(beginnings, Beginning.PERHAPS, logical.last() + 1);
            if (logical.text().contains("<<")
                    && WITH_TEXT.matcher(logical.text()).matches()) {
                fill(beginnings, Beginning.NO, endOfText(logical) + 1);
                if (beginnings.size() == logical.last() + 1) {
                    fill(beginnings, Beginning.PERHAPS, lines.size());
                }
            }
        }
        return beginnings;
    }

    private static void fill(List<Beginning> beginnings, Beginning value, int size) {
        while (beginnings.size() < size) {
            beginnings.add(value);
        }
    }

    /** Returns the index of the line that ends the heredoc of an instruction, or -1 if it is uncertain. */
    private int endOfText(Logical instruction) {
        Matcher heredoc = PLAIN_HEREDOC.matcher(instruction.text());
        if (!heredoc.matches()) {
            return -1;
        }
        boolean tabs = !heredoc.group("tabs").isEmpty();
        for (int number = instruction.last() + 1; number < lines.size(); number++) {
            String line = tabs ? lines.get(number).replaceFirst("^\t+", "") : lines.get(number);
            if (line.equals(heredoc.group("end"))) {
                return number;
            }
        }
        return -1;
    }

    private void instruction(String text, Beginning certainty) throws UnknownInputException {
        String[] parts = BLANKS.split(text.strip(), 2);
        if (parts.length == 1) {
            return;
        }
        switch (parts[0].toLowerCase(Locale.ROOT)) {
            case "from" -> from(InstructionFlags.read(parts[1]).rest(), certainty);
            case "arg" -> arg(parts[1], certainty);
            case "onbuild" -> instruction(parts[1], Beginning.PERHAPS);
            case "add" -> {
                checkLocal(InstructionFlags.read(parts[1]));
                sources(InstructionFlags.read(parts[1]));
            }
            case "copy", "run" -> sources(InstructionFlags.read(parts[1]));
            default -> {
                // No other instruction refers to images.
            }
        }
    }

    private void from(String rest, Beginning certainty) throws UnknownInputException {
        String[] words = rest.strip().split("\\s+");
        reference(arguments.expand(words[0]));
        if (certainty == Beginning.YES && words.length == 3 && words[1].equalsIgnoreCase("as")) {
            stages.add(words[2].toLowerCase(Locale.ROOT));
        }
        afterFrom = true;
    }

    private void arg(String declarations, Beginning certainty) {
        if (certainty != Beginning.YES) {
            arguments.declareUnread();
        } else if (!afterFrom) {
            arguments.declare(declarations);
        }
    }

    private static void checkLocal(InstructionFlags flags) throws UnknownInputException {
        if (flags.value("checksum").isPresent()) {
            return;
        }
        for (String word : flags.rest().split("[\\s\\[\\]\",']+")) {
            if (REMOTE.matcher(word).matches()) {
                throw new UnknownInputException(
                        "'" + word + "', which the Dockerfile adds without a checksum, may have changed");
            }
        }
    }

    private void sources(InstructionFlags flags) throws UnknownInputException {
        for (String source : flags.sources()) {
            if (source.matches(".*[$\"'\\\\].*")) {
                throw new UnknownInputException("'" + source + "' in the Dockerfile cannot be read");
            }
            if (!source.matches("[0-9]+")) {
                reference(source);
            }
        }
    }

    private void reference(String name) {
        if (!name.isEmpty() && !name.equals(SCRATCH) && !stages.contains(name.toLowerCase(Locale.ROOT))) {
            images.add(name);
        }
    }
}
