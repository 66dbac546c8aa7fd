// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.report;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.EnvVars;
import hudson.Util;
import hudson.model.AbstractBuild;
import hudson.model.Api;
import hudson.model.EnvironmentContributingAction;
import hudson.model.Run;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jenkins.model.RunAction2;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** The images of one run: on its page, in REST, and for a freestyle build's later steps. */
@ExportedBean
public final class ImagesAction implements RunAction2, EnvironmentContributingAction {
    /** The algorithm and the first digits, which tell images apart for a person. */
    private static final int SHORT_DIGEST = "sha256:".length() + 12;

    /** By the artifact that holds their metadata, in the order of their archiving. */
    private final Map<String, BuiltImage> images = new LinkedHashMap<>();

    private int numbers;
    private transient Run<?, ?> run;

    private ImagesAction() {}

    /** The run's one action, made when there is none yet. */
    static ImagesAction of(Run<?, ?> run) {
        // Branches of a Pipeline come here at the same time.
        synchronized (run) {
            ImagesAction present = run.getAction(ImagesAction.class);
            if (present == null) {
                present = new ImagesAction();
                run.addAction(present);
            }
            return present;
        }
    }

    /** Counts from 1 within the run. */
    synchronized int nextNumber() {
        return ++numbers;
    }

    synchronized void add(String artifact, BuiltImage image) {
        images.put(artifact, image);
    }

    @Exported
    public synchronized List<BuiltImage> getImages() {
        return new ArrayList<>(images.values());
    }

    /** The images by the artifact that holds their metadata. */
    public synchronized Map<String, BuiltImage> getImagesByArtifact() {
        return new LinkedHashMap<>(images);
    }

    /** For a table's cell. */
    public String shortDigest(BuiltImage image) {
        return image.getDigest().substring(0, SHORT_DIGEST);
    }

    /** For a table's cell. */
    public String durationOf(BuiltImage image) {
        return Util.getTimeSpanString(Math.round(image.getDuration() * 1000));
    }

    public Api getApi() {
        return new Api(this);
    }

    public Run<?, ?> getRun() {
        return run;
    }

    /** A Jenkinsfile has the step's result, and its branches would overwrite each other's variables. */
    @Override
    public void buildEnvironment(@NonNull Run<?, ?> run, @NonNull EnvVars env) {
        List<BuiltImage> all = getImages();
        if (run instanceof AbstractBuild && !all.isEmpty()) {
            BuiltImage last = all.get(all.size() - 1);
            env.put("TREENQ_IMAGE_DIGEST", last.getDigest());
            env.put("TREENQ_IMAGE", last.toString());
        }
    }

    @Override
    public void onAttached(Run<?, ?> run) {
        this.run = run;
    }

    @Override
    public void onLoad(Run<?, ?> run) {
        this.run = run;
    }

    @Override
    public String getIconFileName() {
        return "symbol-cube";
    }

    @Override
    public String getDisplayName() {
        return Messages.ImagesAction_displayName();
    }

    @Override
    public String getUrlName() {
        return "treenq";
    }
}
