// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/** The pauses before an operation is repeated that may have failed because a daemon or a registry was restarted. */
final class RetryPauses {
    static final List<Duration> ALL = seconds(1, 3, 9);

    /**
     * The pauses of a build whose daemon was lost, while no daemon of the builder can be reached. They last two minutes
     * altogether, in which a daemon on Kubernetes or in Docker is usually started again.
     */
    static final List<Duration> AFTER_LOSS = seconds(1, 3, 9, 17, 30, 60);

    private static List<Duration> seconds(int... pauses) {
        return IntStream.of(pauses).mapToObj(Duration::ofSeconds).toList();
    }

    private RetryPauses() {}
}
