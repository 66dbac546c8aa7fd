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
 * Says of each line in a run's console which step of an image build it belongs to ({@code PlainPrinter}), so that the
 * page's script can fold what finished steps wrote. The text stays as it is.
 */
@Extension
public final class ConsoleSteps extends ConsoleAnnotatorFactory<Run<?, ?>> {
    /**
     * In front of the number may be a time of Pipeline's {@code timestamps}, the name of one of several images and the
     * platforms of a build in parts.
     */
    private static final Pattern LINE = Pattern.compile(
            "(?:\\[\\d{4}-[0-9T:.-]+Z] )?(?<part>(?:\\[[A-Za-z0-9._-]*[:/][A-Za-z0-9._:/,-]*(?: \\d+)?] )*)"
                    + "(?:#(?<number>\\d+) (?<text>.*)|(?<nothing>\\s*\\z))",
            Pattern.DOTALL);

    /** Of builds whose lines alternate. */
    private static final int MOST_PARTS = 100;

    private static final Pattern END = Pattern.compile("(?:DONE \\d[\\d.]*s|CACHED)\\s*");
    private static final Pattern FAILURE = Pattern.compile("(?:ERROR: .*|CANCELED\\s*)", Pattern.DOTALL);
    private static final String WARNING = "WARN: ";

    @Override
    public ConsoleAnnotator<Run<?, ?>> newInstance(Run<?, ?> run) {
        return new Lines(Set.of(""));
    }

    /** What a line is for the script. */
    private enum Kind {
        NAME,
        OUTPUT,
        /** Stays in sight. */
        WARNING,
        END,
        FAILURE
    }

    /** Goes from line to line, and with a page that follows a run, from request to request. */
    private static final class Lines extends ConsoleAnnotator<Run<?, ?>> {
        private static final long serialVersionUID = 1;

        /** Parts whose last line has nothing in it; the next one introduces a step. So does the first line of all. */
        private final HashSet<String> afterNothing;

        Lines(Set<String> afterNothing) {
            this.afterNothing = new HashSet<>(afterNothing);
        }

        @Override
        public ConsoleAnnotator<Run<?, ?>> annotate(Run<?, ?> run, MarkupText line) {
            Matcher found = LINE.matcher(line.getText());
            boolean known = found.lookingAt();
            boolean nothing = known && found.group("nothing") != null;
            // Others print such lines, too.
            String part = known ? found.group("part") : "";
            if (known && !nothing && run.getAction(ImagesAction.class) != null) {
                mark(line, found, part);
            }
            if (nothing == afterNothing.contains(part)) {
                return this;
            }
            Lines next = new Lines(afterNothing);
            if (!nothing) {
                next.afterNothing.remove(part);
            } else if (next.afterNothing.size() < MOST_PARTS) {
                next.afterNothing.add(part);
            }
            return next;
        }

        private void mark(MarkupText line, Matcher found, String part) {
            Kind kind = kind(found.group("text"), afterNothing.contains(part));
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
            // The end of a line goes with what is folded; a button may have to come before that of a name.
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
