// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.rollback;

import io.jenkins.plugins.treenq.report.JobImages;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** An image that a build of the job has put under a tag. */
@ExportedBean(defaultVisibility = 2)
public final class TaggedImage {
    private final JobImages.Tagged tagged;
    private final boolean current;

    /** @param current whether the job has put nothing else under the tag since then */
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

    /** Of the build. */
    @Exported
    public int getNumber() {
        return tagged.getNumber();
    }

    /** Name of the build for people. */
    public String getBuild() {
        return tagged.getBuild();
    }

    /** When it was put there, in milliseconds since 1970. */
    @Exported
    public long getTimestamp() {
        return tagged.getTimestamp();
    }

    /** Whether it is what the job, or somebody who rolled back, put under the tag last. */
    @Exported
    public boolean isCurrent() {
        return current;
    }

    boolean is(String otherTag, String otherDigest) {
        return getTag().equals(otherTag) && getDigest().equals(otherDigest);
    }
}
