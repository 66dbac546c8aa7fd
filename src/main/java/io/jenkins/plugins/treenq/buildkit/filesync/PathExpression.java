// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import io.jenkins.plugins.treenq.buildkit.fsutil.NameBytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * A regular expression that matches a path or does not.
 *
 * <p>Path patterns come from the daemon, so Java's own engine is not used for them: it backtracks, and a pattern can
 * make it take exponential time. This engine keeps the set of steps of its program at which a match can be, so the time
 * of a match is at most proportional to the product of the lengths of expression and path. Instances are not
 * thread-safe.
 */
final class PathExpression {
    /**
     * The maximum number of steps of a program. The limit keeps a hostile pattern, such as {@code {1000}} many times
     * over, from exhausting the memory.
     */
    private static final int MOST_STEPS = 100_000;

    private enum Kind {
        /** Consumes a character of the set and continues at {@code next}. */
        TAKE,
        /** Continues at {@code next} if the position in the text is the edge. */
        EDGE,
        /** Continues at both {@code next} and {@code other}. */
        SPLIT
    }

    private static final class Step {
        Kind kind;
        int next;
        int other;
        IntPredicate set;
        Expression.Edge edge;
    }

    private final List<Step> program = new ArrayList<>();
    private final boolean anchored;
    private final String prefix;
    private final String suffix;

    // The fields below are the state of the match in progress.
    private int[] standing;
    private int[] before;
    private int[] open;
    private int count;
    /** The round in which each step was last reached, so that no step is processed twice in a round. */
    private final int[] reached;

    private int round;

    private PathExpression(Expression.Choice choice) throws InvalidPatternException {
        add(choice);
        standing = new int[program.size()];
        before = new int[program.size()];
        open = new int[program.size() + 1];
        reached = new int[program.size() + 1];
        anchored = choice.parts().stream().allMatch(part -> starts((Expression.Sequence) part));
        boolean single = choice.parts().size() == 1;
        List<Expression> only = single ? ((Expression.Sequence) choice.parts().get(0)).parts() : List.of();
        prefix = anchored ? literal(only, 1, 1) : "";
        boolean closed = !only.isEmpty() && only.get(only.size() - 1) == Expression.Edge.END;
        suffix = closed ? literal(only, only.size() - 2, -1) : "";
    }

    static PathExpression of(String expression) throws InvalidPatternException {
        return new PathExpression(ExpressionParser.parse(expression));
    }

    boolean matches(String path) {
        // Most paths fail one of these checks, which are cheap.
        if (!path.startsWith(prefix) || !path.endsWith(suffix)) {
            return false;
        }
        count = 0;
        begin();
        if (reach(0, path, 0)) {
            return true;
        }
        for (int at = 0; at < path.length() && (count > 0 || !anchored); ) {
            int character = path.codePointAt(at);
            at += Character.charCount(character);
            int seen = NameBytes.seen(character);
            int[] swap = before;
            before = standing;
            standing = swap;
            int previously = count;
            count = 0;
            begin();
            for (int i = 0; i < previously; i++) {
                Step step = program.get(before[i]);
                if (step.set.test(seen) && reach(step.next, path, at)) {
                    return true;
                }
            }
            if (!anchored && reach(0, path, at)) {
                return true;
            }
        }
        return false;
    }

    private void begin() {
        if (++round == Integer.MAX_VALUE) {
            Arrays.fill(reached, 0);
            round = 1;
        }
    }

    /**
     * Continues from a step as far as possible without a character. Returns true if the end of the program is reached.
     */
    private boolean reach(int first, String path, int at) {
        int opened = 0;
        open[opened++] = first;
        while (opened > 0) {
            int index = open[--opened];
            if (index == program.size()) {
                return true;
            }
            if (reached[index] == round) {
                continue;
            }
            reached[index] = round;
            Step step = program.get(index);
            switch (step.kind) {
                case TAKE -> standing[count++] = index;
                case EDGE -> {
                    if (is(step.edge, path, at)) {
                        open[opened++] = step.next;
                    }
                }
                case SPLIT -> {
                    open[opened++] = step.other;
                    open[opened++] = step.next;
                }
                default -> throw new IllegalStateException();
            }
        }
        return false;
    }

    private static boolean is(Expression.Edge edge, String path, int at) {
        return switch (edge) {
            case BEGIN -> at == 0;
            case END -> at == path.length();
            case WORD -> isWordEdge(path, at);
            case NO_WORD -> !isWordEdge(path, at);
        };
    }

    private static boolean isWordEdge(String path, int at) {
        boolean left = at > 0 && CharacterSet.WORD.test(path.charAt(at - 1));
        boolean right = at < path.length() && CharacterSet.WORD.test(path.charAt(at));
        return left != right;
    }

    /** Appends an expression to the program. */
    private void add(Expression expression) throws InvalidPatternException {
        if (expression instanceof Expression.Characters characters) {
            Step step = step(Kind.TAKE);
            step.set = characters.set();
            step.next = program.size();
        } else if (expression instanceof Expression.Edge edge) {
            Step step = step(Kind.EDGE);
            step.edge = edge;
            step.next = program.size();
        } else if (expression instanceof Expression.Sequence sequence) {
            for (Expression part : sequence.parts()) {
                add(part);
            }
        } else if (expression instanceof Expression.Repeated repeated) {
            addRepeated(repeated);
        } else {
            addChoice(((Expression.Choice) expression).parts());
        }
    }

    private void addRepeated(Expression.Repeated repeated) throws InvalidPatternException {
        for (int i = 0; i < repeated.least(); i++) {
            add(repeated.part());
        }
        if (repeated.most() < 0) {
            int start = program.size();
            Step enter = step(Kind.SPLIT);
            enter.next = program.size();
            add(repeated.part());
            Step again = step(Kind.SPLIT);
            again.next = start;
            again.other = start;
            enter.other = program.size();
            return;
        }
        List<Step> skips = new ArrayList<>();
        for (int i = repeated.least(); i < repeated.most(); i++) {
            Step skip = step(Kind.SPLIT);
            skip.next = program.size();
            skips.add(skip);
            add(repeated.part());
        }
        skips.forEach(skip -> skip.other = program.size());
    }

    private void addChoice(List<Expression> parts) throws InvalidPatternException {
        List<Step> ends = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            boolean last = i == parts.size() - 1;
            Step choose = last ? null : step(Kind.SPLIT);
            if (choose != null) {
                choose.next = program.size();
            }
            add(parts.get(i));
            if (choose != null) {
                ends.add(step(Kind.SPLIT));
                choose.other = program.size();
            }
        }
        for (Step end : ends) {
            end.next = program.size();
            end.other = program.size();
        }
    }

    private Step step(Kind kind) throws InvalidPatternException {
        if (program.size() == MOST_STEPS) {
            throw new InvalidPatternException("a pattern is too large");
        }
        Step step = new Step();
        step.kind = kind;
        program.add(step);
        return step;
    }

    private static boolean starts(Expression.Sequence sequence) {
        return !sequence.parts().isEmpty() && sequence.parts().get(0) == Expression.Edge.BEGIN;
    }

    /** Returns the literal characters that every match has, from an index on and in a direction. */
    private static String literal(List<Expression> parts, int from, int direction) {
        StringBuilder literal = new StringBuilder();
        for (int i = from; i >= 0 && i < parts.size(); i += direction) {
            if (!(parts.get(i) instanceof Expression.Characters characters) || characters.only() == '\0') {
                break;
            }
            literal.append(characters.only());
        }
        return (direction < 0 ? literal.reverse() : literal).toString();
    }
}
