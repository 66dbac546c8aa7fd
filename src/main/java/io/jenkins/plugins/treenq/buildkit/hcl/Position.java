// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.hcl;

/** Where something is written in a file. Lines and columns begin with 1. */
public record Position(String file, int line, int column) {
    @Override
    public String toString() {
        return file + ":" + line + ":" + column;
    }
}
