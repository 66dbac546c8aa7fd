// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.metadata;

import java.util.Set;

/** The expressions that are valid in a template, which depend on the template's attribute. */
enum TemplateNames {
    /**
     * The expressions in {@code prefix}, {@code suffix}, {@code value} and {@code enable}, in labels and in
     * annotations.
     */
    GLOBAL(Set.of("branch", "tag", "sha", "base_ref", "is_default_branch", "is_not_default_branch"), true),
    /** The expressions in the {@code pattern} of a schedule. */
    SCHEDULE(Set.of(), true),
    /** The expressions in the {@code pattern} of a version. */
    VERSION(Set.of("raw", "version", "major", "minor", "patch"), false);

    static final String DATE = "date";
    static final String COMMIT_DATE = "commit_date";
    static final Set<String> DATES = Set.of(DATE, COMMIT_DATE);

    private final Set<String> values;
    private final boolean dates;

    TemplateNames(Set<String> values, boolean dates) {
        this.values = values;
        this.dates = dates;
    }

    boolean hasValue(String name) {
        return values.contains(name);
    }

    boolean hasDate(String name) {
        return dates && DATES.contains(name);
    }

    /** Returns the names as a list for a message. */
    String listed() {
        String names = String.join(", ", values.stream().sorted().toList());
        if (!dates) {
            return names;
        }
        return names.isEmpty() ? "date and commit_date" : names + ", date and commit_date";
    }
}
