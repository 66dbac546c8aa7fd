// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.metadata;

import static java.util.Objects.requireNonNull;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import java.time.Instant;

/** What an image is built of and why: whatever the rules refer to. */
public final class BuildOrigin {
    /** In front of the name of a branch. */
    public static final String BRANCHES = "refs/heads/";

    /** In front of the name of a tag. */
    public static final String TAGS = "refs/tags/";

    /** In front of the number of a change request. */
    public static final String CHANGE_REQUESTS = "refs/pull/";

    /** Behind the number of a change request. */
    public static final String MERGED = "/merge";

    public static final int DEFAULT_SHORT_COMMIT_LENGTH = 7;

    private final String ref;
    private final String commit;
    private final String baseRef;
    private final boolean scheduled;
    private final Instant commitDate;
    private final Instant date;
    private final int shortCommitLength;
    private final Repository repository;

    private BuildOrigin(Builder builder) {
        ref = builder.ref;
        commit = builder.commit;
        baseRef = builder.baseRef;
        scheduled = builder.scheduled;
        commitDate = builder.commitDate;
        date = builder.date;
        shortCommitLength = builder.shortCommitLength;
        repository = builder.repository;
    }

    /** @param date of the build */
    public static Builder at(Instant date) {
        return new Builder(date);
    }

    /** Of a branch, as {@code refs/heads/NAME}, a tag or a change request; empty when it is not known. */
    public String ref() {
        return ref;
    }

    /** The hash of the commit; empty when it is not known. */
    public String commit() {
        return commit;
    }

    String shortCommit() {
        return commit.substring(0, Math.min(shortCommitLength, commit.length()));
    }

    /** The name of the branch; null when it is of none. */
    @CheckForNull
    String branch() {
        return behind(BRANCHES);
    }

    /** The name of the tag; null when it is of none. */
    @CheckForNull
    String tag() {
        return behind(TAGS);
    }

    /** The number of the change request; null when it is of none. */
    @CheckForNull
    String changeRequest() {
        String number = behind(CHANGE_REQUESTS);
        return number != null && number.endsWith(MERGED)
                ? number.substring(0, number.length() - MERGED.length())
                : number;
    }

    @CheckForNull
    private String behind(String prefix) {
        return ref.startsWith(prefix) ? ref.substring(prefix.length()) : null;
    }

    /** The branch that a change request is to be merged into, or that a tag was made on; empty for branches. */
    String baseRef() {
        return branch() == null && baseRef != null ? baseRef : "";
    }

    boolean isDefaultBranch() {
        String branch = branch();
        return branch != null && branch.equals(repository.defaultBranch());
    }

    /** Whether the time of day is why it is built. */
    boolean isScheduled() {
        return scheduled;
    }

    Instant date() {
        return date;
    }

    /** That of the build when it is not known. */
    Instant commitDate() {
        return commitDate == null ? date : commitDate;
    }

    Repository repository() {
        return repository;
    }

    /** Collects what is known. */
    public static final class Builder {
        private final Instant date;
        private String ref = "";
        private String commit = "";
        private String baseRef;
        private boolean scheduled;
        private Instant commitDate;
        private int shortCommitLength = DEFAULT_SHORT_COMMIT_LENGTH;
        private Repository repository = new Repository(null, null, null, null, null, null);

        private Builder(Instant date) {
            this.date = requireNonNull(date);
        }

        public Builder ref(@CheckForNull String value) {
            ref = value == null ? "" : value;
            return this;
        }

        public Builder commit(@CheckForNull String value) {
            commit = value == null ? "" : value;
            return this;
        }

        /** @param value name of a branch */
        public Builder baseRef(@CheckForNull String value) {
            baseRef = value;
            return this;
        }

        public Builder scheduled(boolean value) {
            scheduled = value;
            return this;
        }

        public Builder commitDate(@CheckForNull Instant value) {
            commitDate = value;
            return this;
        }

        /** @param value how many characters of a commit's hash a short one has */
        public Builder shortCommitLength(int value) {
            if (value < 1) {
                throw new InvalidRuleException(
                        "The length of a short commit hash is at least 1, and not " + value + ".");
            }
            shortCommitLength = value;
            return this;
        }

        public Builder repository(Repository value) {
            repository = requireNonNull(value);
            return this;
        }

        public BuildOrigin build() {
            return new BuildOrigin(this);
        }
    }
}
