// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.credentials;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import java.io.Serializable;

/**
 * The value of a secret, or the path of the file in the workspace that contains the value. The value is never printed.
 */
public final class SecretText implements Serializable {
    private static final long serialVersionUID = 1;

    private final byte[] value;
    private final String file;

    private SecretText(@CheckForNull byte[] value, @CheckForNull String file) {
        this.value = value;
        this.file = file;
    }

    public static SecretText of(byte[] value) {
        return new SecretText(value.clone(), null);
    }

    /** @param path path of the file in the workspace */
    public static SecretText inFile(String path) {
        return new SecretText(null, path);
    }

    /** Returns the value; null if the value is in a file. */
    @CheckForNull
    public byte[] value() {
        return value == null ? null : value.clone();
    }

    /** Returns the path of the file; null if the value is in this object. */
    @CheckForNull
    public String file() {
        return file;
    }

    @Override
    public String toString() {
        return file == null ? "SecretText" : "SecretText[file=" + file + "]";
    }
}
