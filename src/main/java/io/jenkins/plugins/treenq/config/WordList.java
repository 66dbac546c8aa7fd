// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.config;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.Util;
import hudson.util.FormValidation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Lists in the form of one text, whose entries are separated by blanks, commas or line breaks. */
final class WordList {
    private WordList() {}

    static List<String> of(@CheckForNull String text) {
        return of(List.of(Util.fixNull(text)));
    }

    /** @param texts the texts; each can contain several entries, as a form's text area sends them */
    static List<String> of(@CheckForNull Collection<String> texts) {
        return Util.fixNull(texts).stream()
                .flatMap(text -> Stream.of(text.split("[\\s,]+")))
                .filter(word -> !word.isEmpty())
                .collect(Collectors.toCollection(ArrayList::new));
    }

    /** Returns the text that a text area shows, with one entry on each line. */
    static String text(@CheckForNull Collection<String> words) {
        return String.join("\n", Util.fixNull(words));
    }

    /**
     * Validates the list for a form.
     *
     * @param check throws an IllegalArgumentException with an error message if an entry is invalid
     */
    static FormValidation check(@CheckForNull String text, Consumer<String> check) {
        try {
            require(of(text), check);
            return FormValidation.ok();
        } catch (IllegalArgumentException e) {
            return FormValidation.error(e.getMessage());
        }
    }

    /**
     * Rejects a list with an entry that is invalid or occurs twice.
     *
     * @param check throws an IllegalArgumentException with an error message if an entry is invalid
     * @throws IllegalArgumentException the first exception of the check, or one that names the entry that occurs twice
     */
    static void require(Collection<String> words, Consumer<String> check) {
        Set<String> seen = new HashSet<>();
        for (String word : words) {
            check.accept(word);
            if (!seen.add(word)) {
                throw new IllegalArgumentException(Messages.WordList_twice(word));
            }
        }
    }
}
