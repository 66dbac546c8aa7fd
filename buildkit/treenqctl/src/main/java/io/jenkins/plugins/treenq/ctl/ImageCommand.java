// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.images.ImageDescription;
import io.jenkins.plugins.treenq.buildkit.images.ImageRegistry;
import io.jenkins.plugins.treenq.buildkit.registry.AllowedHosts;
import io.jenkins.plugins.treenq.buildkit.registry.HttpProxies;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryConnection;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryConnections;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/**
 * {@code treenqctl image}: inspects and promotes images in registries, without a daemon. buildctl has no such command.
 */
@Command(name = "image", description = "Inspects images in registries and adds tags to them, without a daemon.")
final class ImageCommand implements Runnable {
    @ParentCommand
    private Treenqctl root;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--registry-auth-tlscontext",
            scope = ScopeType.INHERIT,
            description = "TLS settings of a registry, as host=HOST[,insecure=true][,ca=FILE][,cert=FILE,key=FILE]")
    private List<String> registryTls = List.of();

    /** Prints the help if no subcommand is given. */
    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    @Command(name = "inspect", description = "Shows the metadata of an image in a registry.")
    int inspect(@Parameters(paramLabel = "NAME") String text, @Mixin OutputFormat format)
            throws BuildkitException, InterruptedException, IOException {
        ImageName name = name(text);
        ImageDescription image;
        try (ImageRegistry registry = registry()) {
            image = registry.inspect(name)
                    .orElseThrow(() -> new IOException("there is no image " + name + " in its registry"));
        }
        if (format.json()) {
            format.print(ImageTable.json(name, image));
        } else {
            TabWriter table = TabWriter.spaces(spec.commandLine().getOut());
            ImageTable.lines(table, name, image);
            table.flush();
        }
        return CommandLine.ExitCode.OK;
    }

    @Command(
            name = "promote",
            description = "Adds tags to an image, in its registry or in others, and prints its digest.")
    int promote(
            @Parameters(paramLabel = "FROM") String from,
            @Parameters(paramLabel = "TO", arity = "1..*") List<String> to)
            throws BuildkitException, InterruptedException, IOException {
        ImageName image = name(from);
        List<ImageName> targets = to.stream().map(ImageCommand::name).toList();
        try (ImageRegistry registry = registry()) {
            spec.commandLine().getOut().println(registry.promote(image, targets));
        }
        return CommandLine.ExitCode.OK;
    }

    @Command(
            name = "index",
            description = "Creates an image index from images of several platforms, and prints its digest.")
    int index(
            @Parameters(paramLabel = "TO") String to,
            @Parameters(
                            paramLabel = "PART",
                            arity = "1..*",
                            description = "image of a platform, as NAME@DIGEST; all images must be in one repository")
                    List<String> parts)
            throws BuildkitException, InterruptedException, IOException {
        ImageName target = name(to);
        List<ImageName> images = parts.stream().map(ImageCommand::name).toList();
        try (ImageRegistry registry = registry()) {
            Digest index = registry.index(images, Map.of());
            registry.promote(name(images.get(0).name() + "@" + index), List.of(target));
            spec.commandLine().getOut().println(index);
        }
        return CommandLine.ExitCode.OK;
    }

    private ImageRegistry registry() throws IOException {
        Map<String, RegistryTlsOptions> tls = RegistryTlsOptions.read(registryTls);
        Map<String, RegistryConnection> connections = new HashMap<>();
        PrintWriter err = spec.commandLine().getErr();
        Map<String, String> environment = root.environment().texts();
        // DockerConfig reads the same variables and prints the warnings.
        HttpProxies proxies = ProxyVariables.read(environment, warning -> {});
        tls.forEach((host, options) -> connections.put(host, options.connection(proxies)));
        return new ImageRegistry(
                DockerConfig.read(environment, tls, err::println),
                new RegistryConnections(connections, new RegistryTlsOptions().connection(proxies)),
                AllowedHosts.ANY);
    }

    private static ImageName name(String text) {
        try {
            return ImageName.parse(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
