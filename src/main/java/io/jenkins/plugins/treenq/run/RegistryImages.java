// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.images.ImageRegistry;
import io.jenkins.plugins.treenq.buildkit.progress.Redaction;
import io.jenkins.plugins.treenq.credentials.BuildCredentials;
import io.jenkins.plugins.treenq.report.InspectedImage;
import java.util.HashMap;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Images in registries, for a run; the controller itself talks to the registries, without builder and agent. */
public final class RegistryImages {
    private static final Logger LOGGER = Logger.getLogger(RegistryImages.class.getName());

    private final Run<?, ?> run;
    private final TaskListener listener;

    public RegistryImages(Run<?, ?> run, TaskListener listener) {
        this.run = run;
        this.listener = listener;
    }

    /**
     * What a registry has under a name.
     *
     * @param credentialsId that the job gave for the registry; null for those that are configured for all jobs
     * @return null when it is not there
     * @throws AbortException when that cannot be known; the message says why
     */
    @CheckForNull
    public InspectedImage inspect(String image, @CheckForNull String credentialsId)
            throws AbortException, InterruptedException {
        ImageName name = name(image);
        Map<String, String> named = new HashMap<>();
        named.put(name.host(), credentialsId);
        RegistryAccess registries = RegistryAccess.only(named, BuildCredentials.of(run), listener);
        try (ImageRegistry registry = registries.open()) {
            InspectedImage found = registry.inspect(name)
                    .map(description -> new InspectedImage(name, description))
                    .orElse(null);
            listener.getLogger().println(found == null ? "There is no image " + name : "Found " + found);
            return found;
        } catch (BuildkitException e) {
            throw failure("inspecting " + name + " failed: ", e, registries);
        }
    }

    private static ImageName name(String image) throws AbortException {
        try {
            return ImageName.parse(image);
        } catch (IllegalArgumentException e) {
            throw new AbortException(e.getMessage());
        }
    }

    private static AbortException failure(String before, BuildkitException cause, RegistryAccess registries) {
        LOGGER.log(Level.FINE, cause, () -> before + "see below");
        return new AbortException(Redaction.of(registries.secrets()).apply(before + cause.getMessage()));
    }
}
