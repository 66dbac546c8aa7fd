// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import io.jenkins.plugins.treenq.buildkit.Daemon;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;

/** The result of one run of treenqctl or buildctl. */
record Ctl(int exit, String out, String err) {
    /** Runs treenqctl in this process, which takes a hundredth of the time that another JVM needs to start. */
    static Ctl treenqctl(Daemon daemon, String... arguments) {
        return execute(Treenqctl.commandLine(), line(daemon, List.of(), arguments));
    }

    /**
     * Runs treenqctl in this process as if it had been started in a working folder, with additional environment
     * variables.
     */
    static Ctl treenqctlIn(
            Path folder, Daemon daemon, Path scratch, Map<String, String> environment, String... arguments) {
        Map<String, String> variables = new HashMap<>(System.getenv());
        variables.put("DOCKER_CONFIG", scratch.toString());
        variables.putAll(environment);
        return execute(
                Treenqctl.commandLine(new EnvironmentVariables(variables, List.of()), folder),
                line(daemon, List.of(), arguments));
    }

    /** Runs a command line of treenqctl in this process. */
    static Ctl execute(CommandLine treenqctl, List<String> line) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit = treenqctl
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(line.toArray(String[]::new));
        return new Ctl(exit, out.toString(), err.toString());
    }

    /** Runs treenqctl in a separate process with the given standard input. */
    static Ctl treenqctl(Daemon daemon, Path scratch, byte[] input, String... arguments)
            throws IOException, InterruptedException {
        return run(scratch, input, line(daemon, program(), arguments));
    }

    /** Runs treenqctl in a separate process in a working folder, with additional environment variables. */
    static Ctl treenqctlProcessIn(
            Path folder, Daemon daemon, Path scratch, Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        return run(folder, scratch, environment, new byte[0], line(daemon, program(), arguments));
    }

    /** Runs another program in a working folder. */
    static Ctl programIn(Path folder, Path scratch, Map<String, String> environment, List<String> line)
            throws IOException, InterruptedException {
        return run(folder, scratch, environment, new byte[0], line);
    }

    /** Returns the command that runs treenqctl, in a JVM that compiles as that of the script {@code treenqctl} does. */
    static List<String> program() {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:+UnlockDiagnosticVMOptions",
                "-XX:-DisplayVMOutput",
                "-XX:CompilerDirectivesFile=" + Path.of("compiler.json").toAbsolutePath(),
                "-cp",
                System.getProperty("java.class.path"),
                Treenqctl.class.getName());
    }

    /** Runs treenqctl in a separate process whose locale is ASCII, as for many services. */
    static Ctl treenqctlInAscii(Daemon daemon, Path scratch, String... arguments)
            throws IOException, InterruptedException {
        List<String> program = new ArrayList<>(List.of("env", "LC_ALL=C"));
        program.addAll(program());
        return run(scratch, new byte[0], line(daemon, program, arguments));
    }

    static Ctl buildctl(Daemon daemon, Path scratch, String... arguments) throws IOException, InterruptedException {
        return run(scratch, new byte[0], line(daemon, List.of(daemon.buildctl()), arguments));
    }

    private static List<String> line(Daemon daemon, List<String> program, String... arguments) {
        List<String> line = new ArrayList<>(program);
        line.addAll(daemon.connection());
        line.addAll(List.of(arguments));
        return line;
    }

    private static Ctl run(Path scratch, byte[] input, List<String> line) throws IOException, InterruptedException {
        return run(Path.of(""), scratch, Map.of(), input, line);
    }

    private static Ctl run(Path folder, Path scratch, Map<String, String> environment, byte[] input, List<String> line)
            throws IOException, InterruptedException {
        Path err = Files.createTempFile(scratch, "err", "");
        ProcessBuilder builder = new ProcessBuilder(line)
                .directory(folder.toAbsolutePath().toFile())
                .redirectError(err.toFile());
        builder.environment().put("DOCKER_CONFIG", scratch.toString());
        builder.environment().putAll(environment);
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        Process process = builder.start();
        try (OutputStream pipe = process.getOutputStream()) {
            pipe.write(input);
        }
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ctl(process.waitFor(), out, Files.readString(err));
    }
}
