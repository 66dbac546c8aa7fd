// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.session;

import java.io.IOException;
import java.io.InputStream;

/**
 * A stream that the daemon may read once during a build, such as a build context that is a tar archive. In this case,
 * the frontend's option {@code context} is the {@link #address} of the upload. Reading the stream may block, because
 * the client reads it on a thread of the worker pool.
 */
@FunctionalInterface
public interface Upload {
    /** The host name with which addresses of uploads refer to the session of the build. */
    String HOST = "buildkit-session";

    InputStream open() throws IOException;

    /** @param path key of the upload in {@link SessionContent#uploads} */
    static String address(String path) {
        return "http://" + HOST + "/" + path;
    }
}
