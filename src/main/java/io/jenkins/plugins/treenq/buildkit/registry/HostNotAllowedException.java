// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.registry;

import java.io.IOException;

/**
 * A request was rejected because {@link AllowedHosts} does not allow its host. The message is the predicate of a
 * sentence whose subject is the host.
 */
public final class HostNotAllowedException extends IOException {
    private static final long serialVersionUID = 1;

    HostNotAllowedException(String message) {
        super(message);
    }
}
