// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.report;

import hudson.Extension;
import hudson.MarkupText;
import hudson.Util;
import hudson.console.ConsoleAnnotator;
import hudson.console.ConsoleAnnotatorFactory;
import hudson.model.Run;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Marks the lines of image builds in a run's console with their build steps (see {@code PlainPrinter}), so that the
 * page's script can fold the output of finished steps. The text itself stays unchanged.
 */
@Extension
public final class ConsoleSteps extends ConsoleAnnotatorFactory<Run<?, ?>> {
    /**
     * The number can be preceded by a time from Pipeline's {@code timestamps}, by the name of one of several images,
     * and by the platforms of a part of a build. All repetitions of groups have a maximum, because Java matches them
     * recursively and any step can print any line.
     */
    private static final Pattern LINE = Pattern.compile(
            "(?:\\[\\d{4}-[0-9T:.-]+Z] )?"
                    + "(?<part>(?:\\[[A-Za-z0-9._-]{0,255}[:/][A-Za-z0-9._:/,-]{0,255}(?: \\d{1,9})?] ){0,3})"
                    + "(?:#(?<number>\\d+) (?<text>.*)|(?<blank>\\s*\\z))",
            Pattern.DOTALL);

    /** The maximum number of builds whose lines may alternate in one console. */
    private static final int MOST_PARTS = 100;

    /**
     * The maximum length of a prefix that is remembered, because the page of a running build sends the remembered
     * prefixes with each request.
     */
    private static final int LONGEST_PART = 200;

    private static final Pattern END = Pattern.compile("(?:DONE \\d[\\d.]*s|CACHED)\\s*");
    private static final Pattern FAILURE = Pattern.compile("(?:ERROR: .*|CANCELED\\s*)", Pattern.DOTALL);
    private static final String WARNING = "WARN: ";

    @Override
    public ConsoleAnnotator<Run<?, ?>> newInstance(Run<?, ?> run) {
        return new Lines(Set.of(""));
    }

    /** The meaning of a line for the script. */
    private enum Kind {
        NAME,
        OUTPUT,
        /** Stays visible when the step is folded. */
        WARNING,
        END,
        FAILURE
    }

    /**
     * Annotates line by line. The state is passed from one line to the next, and from one request to the next when a
     * page follows a running build.
     */
    private static final class Lines extends ConsoleAnnotator<Run<?, ?>> {
        private static final long serialVersionUID = 1;

        /**
         * The prefixes of the builds whose last line was blank. The next line of such a build is the name of a step.
         * The first line of the console is treated in the same way.
         */
        private final HashSet<String> afterBlankLine;

        Lines(Set<String> afterBlankLine) {
            this.afterBlankLine = new HashSet<>(afterBlankLine);
        }

        @Override
        public ConsoleAnnotator<Run<?, ?>> annotate(Run<?, ?> run, MarkupText line) {
            Matcher found = LINE.matcher(line.getText());
            boolean known = found.lookingAt();
            boolean blank = known && found.group("blank") != null;
            // Other steps print lines of this format, too.
            String part = known ? found.group("part") : "";
            if (known && !blank && run.getAction(ImagesAction.class) != null) {
                mark(line, found, part);
            }
            if (blank == afterBlankLine.contains(part)
                    || blank && (afterBlankLine.size() >= MOST_PARTS || part.length() > LONGEST_PART)) {
                return this;
            }
            Lines next = new Lines(afterBlankLine);
            if (blank) {
                next.afterBlankLine.add(part);
            } else {
                next.afterBlankLine.remove(part);
            }
            return next;
        }

        private void mark(MarkupText line, Matcher found, String part) {
            Kind kind = kind(found.group("text"), afterBlankLine.contains(part));
            String step = part + found.group("number");
            StringBuilder start = new StringBuilder("<span class='treenq-line' data-treenq-kind='")
                    .append(kind)
                    .append("' data-treenq-step='")
                    .append(Util.escape(step))
                    .append('\'');
            if (kind == Kind.END) {
                start.append(" data-treenq-label='")
                        .append(Util.escape(Messages.ConsoleSteps_lines("{0}")))
                        .append('\'');
            }
            // The line break is folded together with output. For other lines it is left out, because a button may have
            // to be placed before the line break of a step's name.
            int end = kind == Kind.OUTPUT
                    ? line.getText().length()
                    : line.getText().stripTrailing().length();
            line.addMarkup(0, end, start.append('>').toString(), "</span>");
        }

        private static Kind kind(String text, boolean introducing) {
            if (introducing) {
                return Kind.NAME;
            }
            if (END.matcher(text).matches()) {
                return Kind.END;
            }
            if (FAILURE.matcher(text).matches()) {
                return Kind.FAILURE;
            }
            return text.startsWith(WARNING) ? Kind.WARNING : Kind.OUTPUT;
        }
    }
}
