// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.bake.BakeDefinition;
import io.jenkins.plugins.treenq.buildkit.bake.BakeFile;
import io.jenkins.plugins.treenq.buildkit.bake.BakeRequest;
import io.jenkins.plugins.treenq.buildkit.session.Secrets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/** Bake files that a test has as text. */
final class Bakes {
    private Bakes() {}

    static BakeDefinition definition(String hcl, String... targets) {
        return BakeDefinition.read(new BakeRequest(
                List.of(new BakeFile("docker-bake.hcl", hcl)),
                targets.length == 0 ? List.of("default") : List.of(targets),
                List.of(),
                Map.of(),
                Map.of("BAKE_CMD_CONTEXT", "cwd://", "BAKE_LOCAL_PLATFORM", "linux/amd64"),
                name -> null,
                "",
                path -> null));
    }

    static SortedMap<String, TargetBuild> builds(String hcl, String... targets) throws Exception {
        return TargetBuild.all(definition(hcl, targets), TargetBuild.Defaults.NONE);
    }

    static SortedMap<String, PreparedTarget> prepared(Daemon daemon, Path folder, String hcl, String... targets)
            throws Exception {
        return preparedWithKey(UUID.randomUUID().toString(), daemon, folder, hcl, targets);
    }

    /** @param sharedKey the key from which those of the targets are made */
    static SortedMap<String, PreparedTarget> preparedWithKey(
            String sharedKey, Daemon daemon, Path folder, String hcl, String... targets) throws Exception {
        SortedMap<String, PreparedTarget> prepared = new TreeMap<>();
        Workspace workspace = new Workspace(folder, folder);
        for (TargetBuild target : builds(hcl, targets).values()) {
            PreparedBuild files = target.build().in(workspace);
            prepared.put(
                    target.name(),
                    new PreparedTarget(
                            files.request(),
                            files.content(daemon.logins(), Secrets.NONE, Map.of(), sharedKey),
                            target.subrequest()));
        }
        return prepared;
    }
}
