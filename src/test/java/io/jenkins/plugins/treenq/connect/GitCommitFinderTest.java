// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.connect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import hudson.plugins.git.GitSCM;
import jenkins.plugins.git.MergeWithGitSCMExtension;
import jenkins.scm.api.SCMHead;
import jenkins.scm.api.SCMRevision;
import org.junit.jupiter.api.Test;

/** The commits of revisions of branch sources. */
class GitCommitFinderTest {
    private static final String COMMIT = "1".repeat(40);
    private static final String TARGET = "2".repeat(40);

    /** A revision with the text that branch sources give. */
    private static final class Revision extends SCMRevision {
        private static final long serialVersionUID = 1;

        private final String text;

        Revision(String text) {
            super(new SCMHead("PR-1"));
            this.text = text;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Revision revision && revision.text.equals(text);
        }

        @Override
        public int hashCode() {
            return text.hashCode();
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private static String commit(GitSCM scm, String revision) {
        return new GitCommitFinder()
                .find(scm, new Revision(revision))
                .orElseThrow()
                .hash();
    }

    @Test
    void theSourcesOfAMergedChangeRequestAreThoseOfNoCommit() {
        GitSCM scm = new GitSCM("https://git.example.com/shop/web.git");
        assertEquals(COMMIT, commit(scm, COMMIT));

        // Otherwise, a branch with the same commit would get the image of the merge.
        scm.getExtensions().add(new MergeWithGitSCMExtension("main", TARGET));
        assertNull(commit(scm, COMMIT + "+" + TARGET));
    }
}
