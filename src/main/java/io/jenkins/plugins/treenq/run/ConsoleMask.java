// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.SuppressFBWarnings;
import hudson.console.ConsoleNote;
import java.io.Serializable;
import java.util.HashSet;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Masks the same texts in a line as the run's console does for the job, such as the secrets of {@code withCredentials}.
 * The mask is sent to the agent together with the secrets, and never prints a secret. {@link ConsoleMasks} creates
 * masks, so that an agent loads no classes of Jenkins for a mask that needs none.
 */
public final class ConsoleMask implements UnaryOperator<String>, Serializable {
    private static final long serialVersionUID = 1;

    static final String HIDDEN = "****";

    /** A {@link FilterMask}, or null. */
    @CheckForNull
    @SuppressFBWarnings(value = "SE_BAD_FIELD", justification = "a FilterMask is serializable")
    private final UnaryOperator<String> filter;

    private final boolean everything;
    private final HashSet<String> secrets;

    ConsoleMask(@CheckForNull UnaryOperator<String> filter, boolean everything, Set<String> secrets) {
        this.filter = filter;
        this.everything = everything;
        this.secrets = new HashSet<>(secrets);
    }

    /** Returns a mask that hides every line, for places where the secrets of the run are unknown. */
    public static ConsoleMask ofEverything() {
        return new ConsoleMask(null, true, Set.of());
    }

    /** Returns the secrets that are available as values. Secrets that only the filter can mask are not included. */
    Set<String> secrets() {
        return secrets;
    }

    /**
     * Tells whether a text contains a secret that is known here. If the secrets of the run are unknown, no text does.
     */
    public boolean masks(String text) {
        return !everything
                && (!Redaction.of(secrets).apply(text).equals(text)
                        // A filter may also add something to the line, such as the time.
                        || text.lines().map(String::stripTrailing).anyMatch(line -> !apply(line)
                                .contains(ConsoleNote.removeNotes(line))));
    }

    @Override
    public String apply(String line) {
        if (everything) {
            return HIDDEN;
        }
        if (filter == null) {
            return line;
        }
        return filter.apply(line);
    }

    @Override
    public String toString() {
        return "ConsoleMask";
    }
}
