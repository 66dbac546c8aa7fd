// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.metadata;

import static java.util.Objects.requireNonNull;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import java.time.Instant;

/** The sources of an image and the reason of its build, to which the rules refer. */
public final class BuildOrigin {
    /** The prefix of a branch's name in a git ref. */
    public static final String BRANCHES = "refs/heads/";

    /** The prefix of a tag's name in a git ref. */
    public static final String TAGS = "refs/tags/";

    /** The prefix of a change request's number in a git ref. */
    public static final String CHANGE_REQUESTS = "refs/pull/";

    /** The suffix of a change request's number in a git ref. */
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

    /** @param date time of the build */
    public static Builder at(Instant date) {
        return new Builder(date);
    }

    /**
     * Returns the git ref of the branch, the tag or the change request, such as {@code refs/heads/NAME}; empty if it is
     * unknown.
     */
    public String ref() {
        return ref;
    }

    /** Returns the hash of the commit; empty if it is unknown. */
    public String commit() {
        return commit;
    }

    String shortCommit() {
        return commit.substring(0, Math.min(shortCommitLength, commit.length()));
    }

    /** Returns the name of the branch; null if the ref is not a branch. */
    @CheckForNull
    String branch() {
        return withoutPrefix(BRANCHES);
    }

    /** Returns the name of the tag; null if the ref is not a tag. */
    @CheckForNull
    String tag() {
        return withoutPrefix(TAGS);
    }

    /** Returns the number of the change request; null if the ref is not a change request. */
    @CheckForNull
    String changeRequest() {
        String number = withoutPrefix(CHANGE_REQUESTS);
        return number != null && number.endsWith(MERGED)
                ? number.substring(0, number.length() - MERGED.length())
                : number;
    }

    @CheckForNull
    private String withoutPrefix(String prefix) {
        return ref.startsWith(prefix) ? ref.substring(prefix.length()) : null;
    }

    /**
     * Returns the branch that a change request is to be merged into or that a tag was created on; empty for branches.
     */
    String baseRef() {
        return branch() == null && baseRef != null ? baseRef : "";
    }

    boolean isDefaultBranch() {
        String branch = branch();
        return branch != null && branch.equals(repository.defaultBranch());
    }

    /** Tells whether a timer started the build. */
    boolean isScheduled() {
        return scheduled;
    }

    Instant date() {
        return date;
    }

    /** Returns the time of the commit; or the time of the build if that is unknown. */
    Instant commitDate() {
        return commitDate == null ? date : commitDate;
    }

    public Repository repository() {
        return repository;
    }

    /** Builder of {@link BuildOrigin}. Values that are not set are unknown. */
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

        /**
         * @param value number of characters of a short commit hash, at least 1
         * @throws InvalidRuleException if the value is smaller
         */
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
