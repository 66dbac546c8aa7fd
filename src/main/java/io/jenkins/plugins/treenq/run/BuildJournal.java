// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import java.util.concurrent.CompletableFuture;

/** Remembers which image build was begun, so that it is found again when Jenkins was away meanwhile. */
public interface BuildJournal {
    /** Of a run that does not outlive a restart. */
    BuildJournal NONE = new BuildJournal() {
        @Override
        public BegunBuild begun() {
            return null;
        }

        @Override
        public CompletableFuture<Void> begins(BegunBuild build) {
            return CompletableFuture.completedFuture(null);
        }
    };

    /** What was begun before Jenkins went away, and not seen to end; null for nothing. */
    @CheckForNull
    BegunBuild begun();

    /**
     * Remembers a build in the place of an earlier one, whose end is known by now.
     *
     * @return completes when a restart cannot make it forgotten any more; nothing of the build is begun before
     */
    CompletableFuture<Void> begins(BegunBuild build);
}
