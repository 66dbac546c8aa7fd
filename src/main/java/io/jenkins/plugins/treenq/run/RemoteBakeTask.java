// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.client.BakeFiles;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.client.RemoteBakeFiles;
import io.jenkins.plugins.treenq.buildkit.client.TargetBuild;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import java.nio.file.Path;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** Lets the daemon fetch bake files, and evaluates them on the agent. */
final class RemoteBakeTask implements AgentTask<TreeMap<String, TargetBuild>> {
    private static final long serialVersionUID = 1;

    private final String address;
    private final BakeInput input;
    private final String folder;

    /**
     * @param address address of the Git repository or archive that has the files
     * @param folder path of the job's current folder on the agent
     */
    RemoteBakeTask(String address, BakeInput input, String folder) {
        this.address = address;
        this.input = input;
        this.folder = folder;
    }

    @Override
    public CompletableFuture<TreeMap<String, TargetBuild>> on(
            BuildkitClient client, BuildRequest request, SessionContent content, Console console) {
        return Async.call(Async.BLOCKING, () -> {
            RemoteBakeFiles.Definition remote =
                    new RemoteBakeFiles(client, address, request, content).read(BakeFiles.remoteNames(input.files()));
            return BakeFilesCallable.targets(input, Path.of(folder), remote);
        });
    }

    @Override
    public TreeMap<String, TargetBuild> checked(Object answer) {
        return AgentAnswers.targets(answer);
    }

    @Override
    public String activity() {
        return "Reading bake files";
    }
}
