// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.report;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.EnvVars;
import hudson.model.EnvironmentContributingAction;
import hudson.model.InvisibleAction;
import hudson.model.Run;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The result of a freestyle build's last inspection of an image, in the environment of its later build steps. */
public final class InspectionAction extends InvisibleAction implements EnvironmentContributingAction {
    private static final String FOUND = "TREENQ_FOUND";

    /**
     * The environment variables. If no image was found, their values are empty, so that later steps can always expand
     * them.
     */
    private final TreeMap<String, String> variables = new TreeMap<>();

    /** @param found the image; null if it does not exist */
    public InspectionAction(@CheckForNull InspectedImage found) {
        Optional<InspectedImage> image = Optional.ofNullable(found);
        variables.put(FOUND, String.valueOf(image.isPresent()));
        put("", image.map(InspectedImage::getReference));
        put("_DIGEST", image.map(InspectedImage::getDigest));
        put("_SIZE", image.map(each -> String.valueOf(each.getSize())));
        put("_CREATED", image.map(InspectedImage::getCreated));
        put("_PLATFORMS", image.map(InspectionAction::platforms));
    }

    private void put(String name, Optional<String> value) {
        variables.put(FOUND + "_IMAGE" + name, value.orElse(""));
    }

    private static String platforms(InspectedImage image) {
        return image.getPlatforms().stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    @Override
    public void buildEnvironment(@NonNull Run<?, ?> run, @NonNull EnvVars env) {
        env.putAll(variables);
    }
}
