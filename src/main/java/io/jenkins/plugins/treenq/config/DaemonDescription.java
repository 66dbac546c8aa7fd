// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.config;

import io.jenkins.plugins.treenq.buildkit.Platform;
import io.jenkins.plugins.treenq.buildkit.control.DaemonInfo;
import io.jenkins.plugins.treenq.buildkit.control.Worker;
import java.util.List;
import java.util.stream.Collectors;

/** Formats the properties of a daemon as a line for administrators. */
final class DaemonDescription {
    private DaemonDescription() {}

    static String of(DaemonInfo info, List<Worker> workers) {
        return Messages.DaemonDescription_daemon(info.version())
                + workers.stream().map(DaemonDescription::of).collect(Collectors.joining());
    }

    private static String of(Worker worker) {
        String platforms = worker.platforms().stream().map(Platform::toString).collect(Collectors.joining(", "));
        return " · " + Messages.DaemonDescription_worker(platforms, worker.label("snapshotter")) + " · "
                + rootless(worker);
    }

    /**
     * Returns a text that says whether the daemon is rootless. BuildKit's protocol does not contain this information.
     * Only rootless daemons are allowed to run build steps without a process sandbox
     * ({@code cmd/buildkitd/main_oci_worker.go}), and the daemon's configuration can set a label {@code rootless}.
     * Otherwise it is unknown.
     */
    private static String rootless(Worker worker) {
        if (worker.label("oci.process-mode").equals("no-sandbox")) {
            return Messages.DaemonDescription_rootless();
        }
        return switch (worker.labels().getOrDefault("rootless", "")) {
            case "true" -> Messages.DaemonDescription_rootlessByLabel();
            case "false" -> Messages.DaemonDescription_notRootlessByLabel();
            default -> Messages.DaemonDescription_rootlessUnknown();
        };
    }
}
