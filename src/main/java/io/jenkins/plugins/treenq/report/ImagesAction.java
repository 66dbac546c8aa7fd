// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.report;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.EnvVars;
import hudson.Util;
import hudson.model.AbstractBuild;
import hudson.model.Api;
import hudson.model.EnvironmentContributingAction;
import hudson.model.Run;
import hudson.util.CopyOnWriteList;
import java.util.List;
import jenkins.model.RunAction2;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** The images of one run: on its page, in REST, and for a freestyle build's later steps. */
@ExportedBean
public final class ImagesAction implements RunAction2, EnvironmentContributingAction {
    /** One branch may save the run while another adds to it. */
    private final CopyOnWriteList<BuiltImage> images = new CopyOnWriteList<>();

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

    void add(BuiltImage image) {
        images.add(image);
    }

    @Exported
    public List<BuiltImage> getImages() {
        return images.getView();
    }

    /** For a person. */
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
        return "symbol-image-layers plugin-treenq-build";
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
