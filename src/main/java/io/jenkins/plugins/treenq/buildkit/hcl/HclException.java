// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.hcl;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;

/**
 * An HCL file cannot be parsed or evaluated. The message contains the file, the line and the column, if they are known.
 * It can quote texts of the file and is one line without control characters, as that of a {@link BuildkitException}.
 */
public final class HclException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Position position;

    public HclException(Position position, String message) {
        super(position == null ? message : position + ": " + message, null, false, false);
        this.position = position;
    }

    @Override
    public String getMessage() {
        return BuildkitException.oneLine(super.getMessage());
    }

    /**
     * Returns the message as it was given, for the message of another exception. The evaluation catches many
     * exceptions, for which making one line of a long text would take too much time.
     */
    String text() {
        return super.getMessage();
    }

    public Position position() {
        return position;
    }

    /** Returns this failure with the position, unless it already has one. */
    HclException at(Position place) {
        return position == null ? new HclException(place, text()) : this;
    }
}
