// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.session;

import java.io.IOException;
import java.io.InputStream;

/**
 * A stream that the daemon may read once in a build, such as a context that is a tar archive: the frontend's option
 * {@code context} is then its {@link #address}. It is read by a thread of its own and may block.
 */
@FunctionalInterface
public interface Upload {
    /** Stands for the session of the build. */
    String HOST = "buildkit-session";

    InputStream open() throws IOException;

    /** @param path under which {@link SessionContent#uploads} has it */
    static String address(String path) {
        return "http://" + HOST + "/" + path;
    }
}
