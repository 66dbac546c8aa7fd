// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.rollback;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.model.Run;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.report.BuiltImage;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** An image that a build of the job has put under a tag. */
@ExportedBean(defaultVisibility = 2)
public final class TaggedImage {
    private final String tag;
    private final BuiltImage image;
    private final Run<?, ?> run;
    private final boolean current;

    /** @param current whether the job has put nothing else under the tag since then */
    TaggedImage(String tag, BuiltImage image, Run<?, ?> run, boolean current) {
        this.tag = tag;
        this.image = image;
        this.run = run;
        this.current = current;
    }

    @Exported
    public String getTag() {
        return tag;
    }

    @Exported
    public String getDigest() {
        return image.getDigest();
    }

    /** Of the build. */
    @Exported
    public int getNumber() {
        return run.getNumber();
    }

    /** When it was put there, in milliseconds since 1970. */
    @Exported
    public long getTimestamp() {
        return image.getTimestamp();
    }

    /** Whether it is what the job, or somebody who rolled back, put under the tag last. */
    @Exported
    public boolean isCurrent() {
        return current;
    }

    public Run<?, ?> getRun() {
        return run;
    }

    ImageName name() {
        return ImageName.parse(tag);
    }

    Digest content() {
        return new Digest(getDigest());
    }

    @CheckForNull
    String credentialsId() {
        return image.getCredentialsId();
    }

    boolean is(String otherTag, String otherDigest) {
        return tag.equals(otherTag) && getDigest().equals(otherDigest);
    }
}
