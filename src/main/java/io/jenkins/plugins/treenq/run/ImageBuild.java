// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import hudson.AbortException;
import hudson.EnvVars;
import hudson.FilePath;
import hudson.model.Computer;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildResult;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.config.BuildkitBuilder;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import io.jenkins.plugins.treenq.credentials.BuildCredentials;
import io.jenkins.plugins.treenq.report.BuiltImage;
import io.jenkins.plugins.treenq.report.ImageArchive;
import java.io.IOException;
import jenkins.security.HMACConfidentialKey;

/** Carries out an order for a run: the one way to an image, for Pipeline and freestyle alike. */
public final class ImageBuild {
    /** Who knows the key of a context in the daemon can read it, so a job's name alone does not make one. */
    private static final HMACConfidentialKey CONTEXT_KEY = new HMACConfidentialKey(ImageBuild.class, "context");

    private final ImageOrder order;
    private final Run<?, ?> run;
    private final TaskListener listener;

    public ImageBuild(ImageOrder order, Run<?, ?> run, TaskListener listener) {
        this.order = order;
        this.run = run;
        this.listener = listener;
    }

    /**
     * Builds on the machine that the folder is on, and records the image.
     *
     * @param folder where the job works; the context is relative to it
     * @param env tells what the whole workspace is
     * @throws AbortException when something foreseeable kept the build from succeeding; the message is for the user
     */
    public BuiltImage perform(FilePath folder, EnvVars env) throws IOException, InterruptedException {
        BuildRequest request = request();
        BuildkitBuilder builder = TreenqConfiguration.get().builder(order.builder());
        BuildCredentials credentials = BuildCredentials.of(run);
        BuildOnAgent build = new BuildOnAgent(
                request,
                order,
                builder.getName(),
                builder.endpoint(credentials),
                LoginsOnAgent.collect(order, credentials, listener),
                CONTEXT_KEY.mac(run.getParent().getFullName() + '\0' + order.context()),
                env.get("WORKSPACE", folder.getRemote()),
                listener);
        listener.getLogger().println("Building on '" + builder.getName() + "' (" + builder.getAddress() + ")");
        BuildResult result = act(folder, build);
        BuiltImage image =
                BuiltImage.of(result, order.build().tags(), order.build().platforms(), builder.getName());
        ImageArchive.record(image, run, listener);
        listener.getLogger()
                .println(image.getDigest() == null ? "The build succeeds; no image was asked for" : "Built " + image);
        return image;
    }

    /** Made before anything is asked of anybody, so that malformed names are found at once. */
    private BuildRequest request() throws AbortException {
        try {
            return order.build().request(BuildRequest.newRef());
        } catch (BuildkitException.InvalidRequest e) {
            throw new AbortException(e.getMessage());
        }
    }

    private static BuildResult act(FilePath folder, BuildOnAgent build) throws IOException, InterruptedException {
        try {
            return folder.act(build);
        } catch (IOException | LinkageError e) {
            if (isLinkage(e)) {
                Computer computer = folder.toComputer();
                AbortException unable = new AbortException("agent '"
                        + (computer == null ? folder.getRemote() : computer.getDisplayName())
                        + "' cannot load the BuildKit client; it needs Java 17 or newer and the controller's agent.jar ("
                        + e.getMessage() + ")");
                unable.initCause(e);
                throw unable;
            }
            throw e;
        }
    }

    private static boolean isLinkage(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof LinkageError || cause instanceof ClassNotFoundException) {
                return true;
            }
        }
        return false;
    }
}
