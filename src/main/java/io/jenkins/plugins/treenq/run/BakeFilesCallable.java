// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import hudson.model.TaskListener;
import hudson.remoting.Channel;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.bake.BakeDefinition;
import io.jenkins.plugins.treenq.buildkit.bake.BakeException;
import io.jenkins.plugins.treenq.buildkit.bake.BakeRequest;
import io.jenkins.plugins.treenq.buildkit.client.BakeFiles;
import io.jenkins.plugins.treenq.buildkit.client.RemoteBakeFiles;
import io.jenkins.plugins.treenq.buildkit.client.TargetBuild;
import io.jenkins.plugins.treenq.buildkit.client.Workspace;
import io.jenkins.plugins.treenq.buildkit.hcl.HclException;
import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * Reads the bake files of a workspace and evaluates them on the agent, so that a file that takes time or memory takes
 * the agent's. No daemon is needed.
 */
final class BakeFilesCallable extends AgentCallable<TreeMap<String, TargetBuild>> {
    private static final long serialVersionUID = 1;

    private static final String SOURCE_DATE_EPOCH = "SOURCE_DATE_EPOCH";

    private final BakeInput input;

    private BakeFilesCallable(BakeInput input, LogSink log, @CheckForNull TaskCallbacks callbacks) {
        super(log, callbacks);
        this.input = input;
    }

    BakeFilesCallable(BakeInput input, TaskListener listener) {
        this(input, listener.getLogger()::print, null);
    }

    @Override
    BakeFilesCallable of(Channel agent, TaskCallbacks receiver) {
        return new BakeFilesCallable(
                input, agent.export(LogSink.class, log), agent.export(TaskCallbacks.class, receiver));
    }

    @Override
    CompletableFuture<TreeMap<String, TargetBuild>> begin(File folder) {
        return Async.call(Async.BLOCKING, () -> targets(input, folder.toPath(), null));
    }

    @Override
    TreeMap<String, TargetBuild> checked(Object answer) {
        return AgentAnswers.targets(answer);
    }

    /**
     * Evaluates the files.
     *
     * @param folder the job's current folder
     * @param remote the files that the daemon has fetched; null if all are in the workspace
     */
    static TreeMap<String, TargetBuild> targets(
            BakeInput input, Path folder, @CheckForNull RemoteBakeFiles.Definition remote) throws AbortException {
        Path whole = Path.of(input.workspace());
        Workspace workspace = new Workspace(folder, folder.startsWith(whole) ? whole : folder);
        try {
            BakeFiles files = new BakeFiles(workspace);
            BakeRequest request = remote == null
                    ? files.request(
                            input.files(), input.targets(), input.overrides(), input.variables(), input.environment())
                    : files.request(
                            remote,
                            input.files(),
                            input.targets(),
                            input.overrides(),
                            input.variables(),
                            input.environment());
            BakeDefinition definition = BakeDefinition.read(request);
            if (input.push()) {
                definition = BakeDefinition.read(request.withFirst(pushes(definition)));
            }
            String epoch = input.environment().getOrDefault(SOURCE_DATE_EPOCH, "");
            return supported(TargetBuild.all(definition, new TargetBuild.Defaults(epoch, "")));
        } catch (BuildkitException.InvalidRequestException | BakeException | HclException e) {
            throw new AbortException(e.getMessage());
        }
    }

    /** Requires that the targets are such as the controller accepts, so that the message is about the files. */
    private static TreeMap<String, TargetBuild> supported(SortedMap<String, TargetBuild> targets)
            throws AbortException {
        try {
            return AgentAnswers.targets(targets);
        } catch (IllegalArgumentException e) {
            throw new AbortException("the bake is too large for a job: " + e.getMessage()
                    + "; build fewer targets at a time, with targets of the step");
        }
    }

    /**
     * Returns the overrides that push each image that has tags, as {@code --push} of buildx does for all targets, which
     * refuses those without tags.
     */
    private static List<String> pushes(BakeDefinition definition) {
        return definition.targets().values().stream()
                .filter(target -> !target.linked() && !target.tags().isEmpty())
                .map(target -> target.name() + ".push=true")
                .toList();
    }
}
