// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import java.time.Duration;
import java.util.List;

/** How long is waited before something is tried again that a restart of a daemon or of a registry may have broken. */
final class RetryPauses {
    static final List<Duration> ALL = List.of(Duration.ofSeconds(1), Duration.ofSeconds(3), Duration.ofSeconds(9));

    private RetryPauses() {}
}
