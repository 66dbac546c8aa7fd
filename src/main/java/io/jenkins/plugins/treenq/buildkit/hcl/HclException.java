// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.hcl;

/**
 * An HCL file cannot be parsed or evaluated. The message contains the file, the line and the column, if they are known.
 */
public final class HclException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Position position;

    public HclException(Position position, String message) {
        super(position == null ? message : position + ": " + message, null, false, false);
        this.position = position;
    }

    public Position position() {
        return position;
    }

    /** Returns this failure with the position, unless it already has one. */
    HclException at(Position place) {
        return position == null ? new HclException(place, getMessage()) : this;
    }
}
