// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.rollback;

import io.jenkins.plugins.treenq.report.JobImages;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** An image that a build of the job has tagged. */
@ExportedBean(defaultVisibility = 2)
public final class TaggedImage {
    private final JobImages.Tagged tagged;
    private final boolean current;

    /** @param current whether the job has not set the tag to another image since then */
    TaggedImage(JobImages.Tagged tagged, boolean current) {
        this.tagged = tagged;
        this.current = current;
    }

    @Exported
    public String getTag() {
        return tagged.getTag();
    }

    @Exported
    public String getDigest() {
        return tagged.getDigest();
    }

    /** Returns the number of the build. */
    @Exported
    public int getNumber() {
        return tagged.getNumber();
    }

    /** Returns the display name of the build. */
    public String getBuild() {
        return tagged.getBuild();
    }

    /** Returns the time at which the tag was set, in milliseconds since 1970. */
    @Exported
    public long getTimestamp() {
        return tagged.getTimestamp();
    }

    /** Tells whether the tag was last set to this image, by a build of the job or by a rollback. */
    @Exported
    public boolean isCurrent() {
        return current;
    }

    boolean is(String otherTag, String otherDigest) {
        return getTag().equals(otherTag) && getDigest().equals(otherDigest);
    }
}
