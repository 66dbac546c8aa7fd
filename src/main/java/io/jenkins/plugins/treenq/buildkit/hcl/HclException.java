// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.hcl;

/**
 * A file of HCL cannot be read or evaluated. The message names the file, the line and the column, if they are known.
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

    /** This failure at a position, if it does not have one yet. */
    HclException at(Position place) {
        return position == null ? new HclException(place, getMessage()) : this;
    }
}
