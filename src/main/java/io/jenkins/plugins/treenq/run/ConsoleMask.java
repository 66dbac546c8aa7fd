// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.SuppressFBWarnings;
import hudson.EnvVars;
import hudson.console.ConsoleLogFilter;
import hudson.console.ConsoleNote;
import hudson.model.AbstractBuild;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Masks the same texts in a line as the run's console does for the job, such as the secrets of {@code withCredentials}.
 * The mask is sent to the agent together with the secrets, and never prints a secret.
 */
public final class ConsoleMask implements UnaryOperator<String>, Serializable {
    private static final long serialVersionUID = 1;

    private static final String HIDDEN = "****";

    @SuppressFBWarnings(value = "SE_BAD_FIELD", justification = "a Pipeline's can be serialized, for it saves them")
    private final ConsoleLogFilter filter;

    private final boolean everything;
    private final HashSet<String> secrets;

    private ConsoleMask(@CheckForNull ConsoleLogFilter filter, boolean everything, Set<String> secrets) {
        this.filter = filter;
        this.everything = everything;
        this.secrets = new HashSet<>(secrets);
    }

    /** @param filter console filter of the enclosing block of a Pipeline; null if there is none */
    public static ConsoleMask of(@CheckForNull ConsoleLogFilter filter) {
        return new ConsoleMask(filter, false, Set.of());
    }

    /**
     * Returns a mask for the sensitive variables of a freestyle build. The console filters of the build are not used,
     * because they may do more than mask texts.
     */
    public static ConsoleMask of(AbstractBuild<?, ?> build, EnvVars env) {
        Set<String> secrets = new HashSet<>();
        for (String name : build.getSensitiveBuildVariables()) {
            secrets.add(env.get(name));
            secrets.add(build.getBuildVariables().get(name));
        }
        secrets.removeIf(Objects::isNull);
        return new ConsoleMask(null, false, secrets);
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
        ByteArrayOutputStream masked = new ByteArrayOutputStream();
        // This signature is the one that Pipelines call. The other signature does not reach filters that override this
        // one.
        try (OutputStream out = filter.decorateLogger((AbstractBuild<?, ?>) null, masked)) {
            out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            return HIDDEN;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return HIDDEN;
        }
        return ConsoleNote.removeNotes(masked.toString(StandardCharsets.UTF_8).stripTrailing());
    }

    @Override
    public String toString() {
        return "ConsoleMask";
    }
}
