// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.rollback;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.model.User;
import java.util.UUID;
import java.util.regex.Pattern;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** A rollback of a tag to an earlier image, which is running or has ended. */
@ExportedBean(defaultVisibility = 2)
public final class Rollback {
    private static final Pattern DIGEST = Pattern.compile("[a-z0-9]+:[0-9a-f]{32,}");

    private final String id;
    private final String tag;
    private final String digest;
    private final int number;

    /** Null if the digest is unknown, as in the records of earlier versions. */
    private final String fromDigest;

    /** 0 if the number is unknown. */
    private final int fromNumber;

    private final String userId;
    private final long timestamp;
    private final State state;
    private final String failure;

    /** The state of a rollback. */
    public enum State {
        UNDER_WAY,
        DONE,
        FAILED,
        /** Jenkins was restarted during the rollback, and the result is unknown. */
        INTERRUPTED
    }

    private Rollback(
            String id,
            String tag,
            String digest,
            int number,
            @CheckForNull String fromDigest,
            int fromNumber,
            String userId,
            long timestamp,
            State state,
            @CheckForNull String failure) {
        this.id = id;
        this.tag = tag;
        this.digest = digest;
        this.number = number;
        this.fromDigest = fromDigest;
        this.fromNumber = fromNumber;
        this.userId = userId;
        this.timestamp = timestamp;
        this.state = state;
        this.failure = failure;
    }

    /**
     * Returns a rollback that starts now.
     *
     * @param from the image that the tag pointed to, according to the job's own records; null if it is unknown
     * @param userId ID of the user who rolls back
     */
    static Rollback begin(TaggedImage image, @CheckForNull TaggedImage from, String userId) {
        return new Rollback(
                UUID.randomUUID().toString(),
                image.getTag(),
                image.getDigest(),
                image.getNumber(),
                from == null ? null : from.getDigest(),
                from == null ? 0 : from.getNumber(),
                userId,
                System.currentTimeMillis(),
                State.UNDER_WAY,
                null);
    }

    /**
     * Returns the same rollback after its end.
     *
     * @param why the reason of a failure; null if the rollback succeeded
     */
    Rollback ended(State end, @CheckForNull String why) {
        return new Rollback(
                id, tag, digest, number, fromDigest, fromNumber, userId, System.currentTimeMillis(), end, why);
    }

    /** Returns the same rollback, interrupted by a restart of Jenkins. */
    Rollback interrupted() {
        return new Rollback(
                id, tag, digest, number, fromDigest, fromNumber, userId, timestamp, State.INTERRUPTED, null);
    }

    boolean is(Rollback other) {
        return id.equals(other.id);
    }

    /** Tells whether all values are present and the digests are valid, because the file can be edited by hand. */
    boolean isComplete() {
        return id != null
                && tag != null
                && digest != null
                && DIGEST.matcher(digest).matches()
                && (fromDigest == null || DIGEST.matcher(fromDigest).matches())
                && userId != null
                && state != null;
    }

    @Exported
    public String getTag() {
        return tag;
    }

    @Exported
    public String getDigest() {
        return digest;
    }

    /** Returns the number of the build that created the image. */
    @Exported
    public int getNumber() {
        return number;
    }

    /** Returns the digest that the tag pointed to before the rollback; null if it is unknown. */
    @CheckForNull
    @Exported
    public String getFromDigest() {
        return fromDigest;
    }

    /**
     * Returns the number of the build that created the image that the tag pointed to before the rollback; 0 if it is
     * unknown.
     */
    @Exported
    public int getFromNumber() {
        return fromNumber;
    }

    @Exported
    public String getUserId() {
        return userId;
    }

    /** Returns the time of the rollback's end, or of its start while it is running, in milliseconds since 1970. */
    @Exported
    public long getTimestamp() {
        return timestamp;
    }

    @Exported
    public State getState() {
        return state;
    }

    public boolean isUnderWay() {
        return state == State.UNDER_WAY;
    }

    public boolean isDone() {
        return state == State.DONE;
    }

    /** Returns the state as a text for the page. */
    public String getStateText() {
        return switch (state) {
            case UNDER_WAY -> Messages.Rollback_underWay();
            case DONE -> Messages.Rollback_done();
            case FAILED -> Messages.Rollback_failed();
            case INTERRUPTED -> Messages.Rollback_interrupted();
        };
    }

    /** Returns the reason of a failure in one line; null if the rollback did not fail. */
    @CheckForNull
    @Exported
    public String getFailure() {
        return failure;
    }

    /** Returns the user; null if Jenkins has no user with this ID. */
    @CheckForNull
    public User getUser() {
        return User.getById(userId, false);
    }
}
