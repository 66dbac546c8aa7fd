// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.rollback;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.model.User;
import java.io.Serializable;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** That somebody put an earlier image under a tag again. */
@ExportedBean(defaultVisibility = 2)
public final class Rollback implements Serializable {
    private static final long serialVersionUID = 1;

    private final String tag;
    private final String digest;
    private final int number;
    private final String userId;
    private final long timestamp;

    /**
     * @param userId who did it
     * @param timestamp in milliseconds since 1970
     */
    Rollback(TaggedImage image, String userId, long timestamp) {
        this.tag = image.getTag();
        this.digest = image.getDigest();
        this.number = image.getNumber();
        this.userId = userId;
        this.timestamp = timestamp;
    }

    @Exported
    public String getTag() {
        return tag;
    }

    @Exported
    public String getDigest() {
        return digest;
    }

    /** Of the build that the image is from. */
    @Exported
    public int getNumber() {
        return number;
    }

    @Exported
    public String getUserId() {
        return userId;
    }

    @Exported
    public long getTimestamp() {
        return timestamp;
    }

    /** Null when Jenkins knows nobody of that name, or no more. */
    @CheckForNull
    public User getUser() {
        return User.getById(userId, false);
    }
}
