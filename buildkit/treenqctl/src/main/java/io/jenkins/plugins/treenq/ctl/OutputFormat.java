// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The option {@code --format}. Of Go's templates, only the one for JSON is supported. */
final class OutputFormat {
    private static final Gson GSON =
            new GsonBuilder().disableHtmlEscaping().serializeNulls().create();

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    private boolean json;

    @Option(names = "--format", description = "output format: json or '{{json .}}'")
    void format(String value) {
        if (!value.equals("json") && !value.replaceAll("\\s", "").equals("{{json.}}")) {
            throw new ParameterException(
                    command.commandLine(), "the only supported formats are json and '{{json .}}', not '" + value + "'");
        }
        json = true;
    }

    boolean json() {
        return json;
    }

    /** Prints a value on one line. */
    void print(JsonElement value) {
        command.commandLine().getOut().println(GSON.toJson(value));
    }
}
