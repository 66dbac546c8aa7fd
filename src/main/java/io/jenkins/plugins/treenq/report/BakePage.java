// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.report;

import hudson.model.Api;
import hudson.model.ModelObject;
import java.util.List;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** The page of a bake, which lists the targets with links to the pages of their image builds. */
@ExportedBean
public final class BakePage implements ModelObject {
    private final ImagesAction images;
    private final Bake bake;

    BakePage(ImagesAction images, Bake bake) {
        this.images = images;
        this.bake = bake;
    }

    @Exported
    public Bake getBake() {
        return bake;
    }

    /** Returns the page of all images of the run. */
    public ImagesAction getImages() {
        return images;
    }

    /** Returns the image builds of the targets. */
    public List<ImagesAction.Entry> getEntries() {
        return images.getEntries().stream()
                .filter(entry -> entry.build() != null
                        && bake.builds().containsValue(entry.build().getNumber()))
                .toList();
    }

    @Override
    public String getDisplayName() {
        return Messages.BakePage_displayName(bake.getNumber());
    }

    public Api getApi() {
        return new Api(this);
    }
}
