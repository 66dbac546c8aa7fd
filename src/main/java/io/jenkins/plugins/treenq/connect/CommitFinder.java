// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.connect;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.ExtensionList;
import hudson.ExtensionPoint;
import hudson.scm.SCM;
import java.util.Optional;
import jenkins.scm.api.SCMRevision;

/** Finds where a daemon can fetch the sources that an SCM checks out. */
interface CommitFinder extends ExtensionPoint {
    /**
     * The location of sources.
     *
     * @param url address of the repository, without a login
     * @param credentialsId ID of the credentials for the repository; null for none
     * @param hash hash of the commit; null if it is unknown, or if the sources are this commit merged with another one
     * @param obstacle why a daemon cannot fetch these sources; null if it can
     */
    record Location(
            String url,
            @CheckForNull String credentialsId,
            @CheckForNull String hash,
            @CheckForNull String obstacle) {}

    /**
     * Returns the location of the sources; empty if the SCM is of another kind.
     *
     * @param revision the revision to fetch; null if only the repository is of interest
     */
    Optional<Location> find(SCM scm, @CheckForNull SCMRevision revision);

    /** Returns the location of the sources of an SCM of any kind. */
    static Optional<Location> of(SCM scm, @CheckForNull SCMRevision revision) {
        return ExtensionList.lookup(CommitFinder.class).stream()
                .flatMap(finder -> finder.find(scm, revision).stream())
                .findFirst();
    }
}
