// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import java.time.Duration;
import java.util.List;

/** The pauses before an operation is repeated that may have failed because a daemon or a registry was restarted. */
final class RetryPauses {
    static final List<Duration> ALL = List.of(Duration.ofSeconds(1), Duration.ofSeconds(3), Duration.ofSeconds(9));

    private RetryPauses() {}
}
