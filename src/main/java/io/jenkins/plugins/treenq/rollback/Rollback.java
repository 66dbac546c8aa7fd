// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.rollback;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.model.User;
import java.util.UUID;
import java.util.regex.Pattern;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** That somebody puts, or has put, an earlier image under a tag again. */
@ExportedBean(defaultVisibility = 2)
public final class Rollback {
    private static final Pattern DIGEST = Pattern.compile("[a-z0-9]+:[0-9a-f]{32,}");

    private final String id;
    private final String tag;
    private final String digest;
    private final int number;

    /** Null when it is not known, as in what earlier versions kept. */
    private final String fromDigest;

    /** 0 when it is not known. */
    private final int fromNumber;

    private final String userId;
    private final long timestamp;
    private final State state;
    private final String failure;

    /** How far it is. */
    public enum State {
        UNDER_WAY,
        DONE,
        FAILED,
        /** Jenkins was restarted, and nobody saw how it ended. */
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
     * One that begins now.
     *
     * @param from what the tag stood for, as far as the job knows; null when it does not
     * @param userId who does it
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
     * The same when it has ended.
     *
     * @param why it failed; null when it did not
     */
    Rollback ended(State end, @CheckForNull String why) {
        return new Rollback(
                id, tag, digest, number, fromDigest, fromNumber, userId, System.currentTimeMillis(), end, why);
    }

    /** The same when Jenkins was restarted before it had ended. */
    Rollback interrupted() {
        return new Rollback(
                id, tag, digest, number, fromDigest, fromNumber, userId, timestamp, State.INTERRUPTED, null);
    }

    boolean is(Rollback other) {
        return id.equals(other.id);
    }

    /** Whether somebody has written it who knows how. */
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

    /** Of the build that the image is from. */
    @Exported
    public int getNumber() {
        return number;
    }

    /** What the tag stood for before; null when it is not known. */
    @CheckForNull
    @Exported
    public String getFromDigest() {
        return fromDigest;
    }

    /** Of the build that this was from; 0 when it is not known. */
    @Exported
    public int getFromNumber() {
        return fromNumber;
    }

    @Exported
    public String getUserId() {
        return userId;
    }

    /** When it ended, or began, in milliseconds since 1970. */
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

    /** For a person. */
    public String getStateText() {
        return switch (state) {
            case UNDER_WAY -> Messages.Rollback_underWay();
            case DONE -> Messages.Rollback_done();
            case FAILED -> Messages.Rollback_failed();
            case INTERRUPTED -> Messages.Rollback_interrupted();
        };
    }

    /** Why it failed, in a line; null when it did not. */
    @CheckForNull
    @Exported
    public String getFailure() {
        return failure;
    }

    /** Null when Jenkins knows nobody of that name, or no more. */
    @CheckForNull
    public User getUser() {
        return User.getById(userId, false);
    }
}
