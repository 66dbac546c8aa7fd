// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.rollback;

import java.util.List;

/** The images that builds of a job have given the same tag. */
public final class TagHistory {
    private final TaggedImage latest;
    private final List<TaggedImage> earlier;

    /**
     * @param latest the image that the tag points to, according to the job's own records; if that image is no
     *     longer listed, the newest one
     * @param earlier the other images, the newest first
     */
    TagHistory(TaggedImage latest, List<TaggedImage> earlier) {
        this.latest = latest;
        this.earlier = List.copyOf(earlier);
    }

    public String getTag() {
        return latest.getTag();
    }

    public TaggedImage getLatest() {
        return latest;
    }

    public List<TaggedImage> getEarlier() {
        return earlier;
    }
}
