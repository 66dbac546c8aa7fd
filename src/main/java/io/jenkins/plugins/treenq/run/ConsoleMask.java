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
 * Hides in a line of text what the run's console would hide there on the job's behalf, such as the secrets of
 * {@code withCredentials}. Travels to the agent with the secrets, and never prints one.
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

    /** @param filter of the block of a Pipeline; null when it has none */
    public static ConsoleMask of(@CheckForNull ConsoleLogFilter filter) {
        return new ConsoleMask(filter, false, Set.of());
    }

    /** The values that a freestyle build calls sensitive; its filters themselves may do more than to mask. */
    public static ConsoleMask of(AbstractBuild<?, ?> build, EnvVars env) {
        Set<String> secrets = new HashSet<>();
        for (String name : build.getSensitiveBuildVariables()) {
            secrets.add(env.get(name));
            secrets.add(build.getBuildVariables().get(name));
        }
        secrets.removeIf(Objects::isNull);
        return new ConsoleMask(null, false, secrets);
    }

    /** For where nobody knows what is secret. */
    public static ConsoleMask ofEverything() {
        return new ConsoleMask(null, true, Set.of());
    }

    /** Those that are known by themselves, not through a filter. */
    Set<String> secrets() {
        return secrets;
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
        // As Pipelines call it: the other signature does not reach filters that have this one.
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
