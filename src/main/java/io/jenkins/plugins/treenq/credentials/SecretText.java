// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.credentials;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import java.io.Serializable;

/** A secret's value, or the path of the workspace's file that has it. Never prints the value. */
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

    /** @param path in the workspace */
    public static SecretText inFile(String path) {
        return new SecretText(null, path);
    }

    /** Null when it is in a file. */
    @CheckForNull
    public byte[] value() {
        return value == null ? null : value.clone();
    }

    /** Null when it is here. */
    @CheckForNull
    public String file() {
        return file;
    }

    @Override
    public String toString() {
        return file == null ? "SecretText" : "SecretText[file=" + file + "]";
    }
}
