// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import hudson.model.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import jenkins.model.ArtifactManager;
import jenkins.model.ArtifactManagerConfiguration;
import jenkins.model.ArtifactManagerFactory;

/** Blocks the archiving of a finished build's result until Jenkins is restarted without this factory. */
public final class NothingIsArchived extends ArtifactManagerFactory {
    private final String job;
    private final String mark;

    private NothingIsArchived(String job, String mark) {
        this.job = job;
        this.mark = mark;
    }

    /**
     * @param job name of the job
     * @param mark path of the file that is created when a result of the job is to be archived
     */
    public static void of(String job, String mark) {
        ArtifactManagerConfiguration.get().getArtifactManagerFactories().add(new NothingIsArchived(job, mark));
    }

    @Override
    public ArtifactManager managerFor(Run<?, ?> build) {
        if (!build.getParent().getName().equals(job)) {
            return null;
        }
        try {
            Files.createFile(Path.of(mark));
            new CountDownLatch(1).await();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return null;
    }
}
