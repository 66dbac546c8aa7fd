// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.io.IOException;
import java.io.InputStream;

/** A stream that the daemon may read once, such as a context that is a tar archive. */
@FunctionalInterface
public interface Upload {
    InputStream open() throws IOException;
}
