// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.rollback;

import java.util.List;

/** The images that builds of a job have put under one tag. */
public final class TagHistory {
    private final TaggedImage latest;
    private final List<TaggedImage> earlier;

    /**
     * @param latest what the tag stands for now, as far as the job knows; when that is no longer listed, the newest
     * @param earlier the others, the newest first
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
