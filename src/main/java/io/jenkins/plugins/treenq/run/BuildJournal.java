// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import java.util.concurrent.CompletableFuture;

/** Saves which image build is running, so that the build can be found again after a restart of Jenkins. */
public interface BuildJournal {
    /** A journal for runs that do not survive a restart. This journal saves nothing. */
    BuildJournal NONE = new BuildJournal() {
        @Override
        public BegunBuild begun() {
            return null;
        }

        @Override
        public String interruptedRef() {
            return null;
        }

        @Override
        public CompletableFuture<Void> begins(BegunBuild build) {
            return CompletableFuture.completedFuture(null);
        }
    };

    /**
     * Returns the build that was started before a restart of Jenkins and whose end is unknown; null if there is none.
     */
    @CheckForNull
    BegunBuild begun();

    /**
     * Returns the ID of the build that a restart of Jenkins interrupted, possibly while it waited for a slot; null if
     * there is none. The run's page links its entry to that of the build that repeats it.
     */
    @CheckForNull
    String interruptedRef();

    /**
     * Saves a build and replaces the previous one, whose end is known by now.
     *
     * @return completes when the entry is saved and survives a restart. The build must not be started before that
     */
    CompletableFuture<Void> begins(BegunBuild build);
}
