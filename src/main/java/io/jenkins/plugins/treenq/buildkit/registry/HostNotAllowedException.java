// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.registry;

import java.io.IOException;

/**
 * No connection was made because {@link AllowedHosts} forbids it; the message is the end of a sentence about the host.
 */
public final class HostNotAllowedException extends IOException {
    private static final long serialVersionUID = 1;

    HostNotAllowedException(String message) {
        super(message);
    }
}
