// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.connect;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jenkins.branch.MultiBranchProject;
import jenkins.scm.api.SCMHead;
import jenkins.scm.api.mixin.ChangeRequestSCMHead;
import jenkins.scm.api.mixin.TagSCMHead;

/**
 * The tags of the branches that scans have found, so that a scan can tell which branches give the same tag. The builds
 * do not rely on this; {@link ProjectImages} decides for them.
 */
final class ScannedTags {
    private static final String ALL_TAGS = "";

    /** Names of branches by tag; all tags of the repository together are {@link #ALL_TAGS}. */
    private final Map<String, String> owners = new HashMap<>();

    /** Returns one line for each tag that another branch gives, too. */
    synchronized List<String> collisions(ImageSettings settings, SCMHead head, MultiBranchProject<?, ?> project) {
        List<String> tags;
        try {
            tags = settings.rulesFor("image").tagNames(ref(head));
        } catch (IllegalArgumentException e) {
            return List.of(e.getMessage());
        }
        String owner = head instanceof TagSCMHead ? ALL_TAGS : head.getName();
        List<String> lines = new ArrayList<>();
        for (String tag : tags) {
            String other = owners.get(tag);
            if (other != null
                    && !other.equals(owner)
                    && (other.equals(ALL_TAGS) || ProjectImages.exists(project, other))) {
                lines.add("'" + head.getName() + "' and " + (other.equals(ALL_TAGS) ? "a tag" : "'" + other + "'")
                        + " of the repository give the same tag '" + tag + "' of the image; the one that is built later"
                        + " will fail. Rename one of them, or change the rules for tags");
            } else {
                owners.put(tag, owner);
            }
        }
        return lines;
    }

    /** Returns the git ref in the form of the rules. */
    private static String ref(SCMHead head) {
        if (head instanceof ChangeRequestSCMHead change) {
            return "refs/pull/" + change.getId() + "/merge";
        }
        return (head instanceof TagSCMHead ? "refs/tags/" : "refs/heads/") + head.getName();
    }
}
