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

/** Lists as people write them: in one text, with blanks, commas or line breaks between. */
final class WordList {
    private WordList() {}

    static List<String> of(@CheckForNull String text) {
        return of(List.of(Util.fixNull(text)));
    }

    /** @param texts each may be a list of its own, as a form's text area sends it */
    static List<String> of(@CheckForNull Collection<String> texts) {
        return Util.fixNull(texts).stream()
                .flatMap(text -> Stream.of(text.split("[\\s,]+")))
                .filter(word -> !word.isEmpty())
                .collect(Collectors.toCollection(ArrayList::new));
    }

    /** What a text area shows: each on a line. */
    static String text(@CheckForNull Collection<String> words) {
        return String.join("\n", Util.fixNull(words));
    }

    /**
     * What a form says of them.
     *
     * @param check throws an IllegalArgumentException that says what is wrong with a word
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
     * Refuses a list with a word that is wrong, or that it has twice.
     *
     * @param check throws an IllegalArgumentException that says what is wrong with a word
     * @throws IllegalArgumentException the first one that was thrown, or one that says which word is there twice
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
