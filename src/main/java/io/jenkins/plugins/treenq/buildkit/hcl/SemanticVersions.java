// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.hcl;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checks whether a semantic version satisfies a constraint in the syntax of the Go module {@code Masterminds/semver}.
 */
final class SemanticVersions {
    private static final String PART = "v?([0-9xX*]+)(\\.[0-9xX*]+)?(\\.[0-9xX*]+)?"
            + "(-[0-9A-Za-z\\-]+(?:\\.[0-9A-Za-z\\-]+)*)?(\\+[0-9A-Za-z\\-]+(?:\\.[0-9A-Za-z\\-]+)*)?";
    private static final int LONGEST = 1_000;
    private static final Pattern VERSION = Pattern.compile(PART);
    private static final Pattern CONSTRAINT =
            Pattern.compile("\\s*(=|==|!=|>|<|>=|=>|<=|=<|~|~>|\\^)?\\s*(" + PART + ")\\s*");
    private static final Pattern RANGE = Pattern.compile("\\s*(" + PART + ")\\s+-\\s+(" + PART + ")\\s*");

    private SemanticVersions() {}

    /**
     * A version in a constraint.
     *
     * @param known number of parts (major, minor, patch) that are given
     */
    private record Version(List<BigInteger> numbers, int known, String pre) {
        static Version parse(String text, boolean wildcards) {
            Matcher matcher = VERSION.matcher(text);
            if (!matcher.matches()) {
                throw new HclException(null, "invalid semantic version: " + text);
            }
            List<BigInteger> numbers = new ArrayList<>();
            int known = 0;
            boolean open = false;
            for (int i = 1; i <= 3; i++) {
                String part = matcher.group(i) == null ? null : matcher.group(i).replace(".", "");
                open |= part == null || !part.matches("[0-9]+");
                if (part != null && !part.matches("[0-9]+") && !wildcards) {
                    throw new HclException(null, "invalid semantic version: " + text);
                }
                numbers.add(open ? BigInteger.ZERO : new BigInteger(part));
                known += open ? 0 : 1;
            }
            String pre = matcher.group(4);
            return new Version(numbers, known, pre == null ? "" : pre.substring(1));
        }

        int compare(Version other) {
            for (int i = 0; i < 3; i++) {
                int order = numbers.get(i).compareTo(other.numbers.get(i));
                if (order != 0) {
                    return order;
                }
            }
            if (pre.isEmpty() || other.pre.isEmpty()) {
                return Boolean.compare(pre.isEmpty(), other.pre.isEmpty());
            }
            String[] mine = pre.split("\\.");
            String[] theirs = other.pre.split("\\.");
            for (int i = 0; i < Math.min(mine.length, theirs.length); i++) {
                boolean number = mine[i].matches("[0-9]+");
                boolean otherNumber = theirs[i].matches("[0-9]+");
                int order = number && otherNumber
                        ? new BigInteger(mine[i]).compareTo(new BigInteger(theirs[i]))
                        : number != otherNumber ? (number ? -1 : 1) : mine[i].compareTo(theirs[i]);
                if (order != 0) {
                    return order;
                }
            }
            return Integer.compare(mine.length, theirs.length);
        }

        /** Returns the lowest version that is higher than all versions that begin with the first parts of this one. */
        Version after(int parts) {
            List<BigInteger> next = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                next.add(
                        i < parts - 1
                                ? numbers.get(i)
                                : i == parts - 1 ? numbers.get(i).add(BigInteger.ONE) : BigInteger.ZERO);
            }
            return new Version(next, 3, "");
        }
    }

    static boolean check(String version, String constraint) {
        if (version.length() > LONGEST || constraint.length() > LONGEST) {
            throw new HclException(
                    null, "a semantic version or its constraint is longer than " + LONGEST + " characters");
        }
        Version checked = Version.parse(version, false);
        boolean any = false;
        for (String alternative : constraint.split("\\|\\|", -1)) {
            boolean all = true;
            Matcher range = RANGE.matcher(alternative);
            if (range.matches()) {
                all = one(checked, ">=", range.group(1)) & one(checked, "<=", range.group(7));
            } else {
                Matcher matcher = CONSTRAINT.matcher(alternative);
                int at = 0;
                while (at < alternative.length() || at == 0) {
                    if (!matcher.find(at) || matcher.start() != at) {
                        throw new HclException(null, "improper constraint: " + constraint);
                    }
                    all &= one(checked, matcher.group(1) == null ? "" : matcher.group(1), matcher.group(2));
                    at = matcher.end();
                    if (at < alternative.length() && alternative.charAt(at) == ',') {
                        at++;
                    }
                }
            }
            any |= all;
        }
        return any;
    }

    private static boolean one(Version version, String operator, String text) {
        Version bound = Version.parse(text, true);
        if (!version.pre().isEmpty() && bound.pre().isEmpty() && !operator.equals("!=")) {
            return false;
        }
        int order = version.compare(bound);
        boolean open = bound.known() < 3;
        return switch (operator) {
            case "", "=", "==" -> open ? within(version, bound, bound.known()) : order == 0;
            case "!=" -> open ? !within(version, bound, bound.known()) : order != 0;
            case ">" -> open ? bound.known() > 0 && version.compare(bound.after(bound.known())) >= 0 : order > 0;
            case "<" -> order < 0;
            case ">=", "=>" -> order >= 0;
            case "<=", "=<" ->
                open ? bound.known() == 0 || version.compare(bound.after(bound.known())) < 0 : order <= 0;
            case "~", "~>" -> within(version, bound, Math.min(bound.known(), 2)) && order >= 0;
            default -> order >= 0 && within(version, bound, caret(bound));
        };
    }

    private static boolean within(Version version, Version bound, int parts) {
        return version.numbers().subList(0, parts).equals(bound.numbers().subList(0, parts));
    }

    private static int caret(Version bound) {
        if (bound.numbers().get(0).signum() > 0 || bound.known() <= 1) {
            return Math.min(bound.known(), 1);
        }
        return bound.numbers().get(1).signum() > 0 || bound.known() == 2 ? 2 : 3;
    }
}
