// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import hudson.console.ConsoleLogFilter;
import hudson.console.ConsoleNote;
import hudson.model.AbstractBuild;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;

/** Masks what the console filter of an enclosing block of a Pipeline masks. */
record FilterMask(ConsoleLogFilter filter) implements UnaryOperator<String>, Serializable {
    @Override
    public String apply(String line) {
        ByteArrayOutputStream masked = new ByteArrayOutputStream();
        // This signature is the one that Pipelines call. The other signature does not reach filters that override this
        // one.
        try (OutputStream out = filter.decorateLogger((AbstractBuild<?, ?>) null, masked)) {
            out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            return ConsoleMask.HIDDEN;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ConsoleMask.HIDDEN;
        }
        return ConsoleNote.removeNotes(masked.toString(StandardCharsets.UTF_8).stripTrailing());
    }
}
