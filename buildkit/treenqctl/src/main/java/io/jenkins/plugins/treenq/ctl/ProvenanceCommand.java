// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.control.Attestation;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code treenqctl debug provenance}: prints the provenance of a build. */
@Command(name = "provenance", description = "Prints the provenance of a build.")
final class ProvenanceCommand implements Callable<Integer> {
    @ParentCommand
    private DebugCommand debug;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "REF", description = "ID of the build in the daemon")
    private String ref;

    @Option(names = "--platform", description = "platform of a multi-platform build, such as linux/arm64")
    private String platform = "";

    @Override
    public Integer call() throws BuildkitException, InterruptedException, IOException {
        List<Attestation> all;
        try (BuildkitClient client = debug.connect()) {
            all = client.provenance(ref).stream()
                    .filter(one -> platform.isEmpty() || one.platform().equals(platform))
                    .toList();
        }
        if (all.isEmpty()) {
            throw new IOException(
                    "build " + ref + " has no provenance" + (platform.isEmpty() ? "" : " of " + platform));
        }
        all.forEach(one -> spec.commandLine().getOut().println(one.json()));
        spec.commandLine().getOut().flush();
        return CommandLine.ExitCode.OK;
    }
}
