// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.session.Secrets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.TypeConversionException;

class SecretOptionsTest {
    private static final Path HERE = Path.of("");

    private static final Map<String, String> ENVIRONMENT = Map.of("VARIABLE", "of the variable", "id", "of the id");

    @TempDir
    Path folder;

    private static String value(String option, String id) throws IOException {
        Secrets secrets = SecretOptions.read(List.of(option), new EnvironmentVariables(ENVIRONMENT, List.of()), HERE);
        return new String(secrets.find(id).orElseThrow(), StandardCharsets.UTF_8);
    }

    @Test
    void everyFormOfBuildctlIsAccepted() throws IOException {
        Path file = Files.writeString(folder.resolve("a file"), "of the file");
        assertEquals("of the file", value("id=x,src=" + file, "x"));
        assertEquals("of the file", value("ID=x,source=" + file, "x"));
        assertEquals("of the file", value("type=file,id=x,src=" + file, "x"));
        assertEquals("of the file", value("id=" + file, file.toString()));
        assertEquals("of the variable", value("id=x,env=VARIABLE", "x"));
        assertEquals("of the variable", value("type=env,id=x,src=VARIABLE", "x"));
        assertEquals("of the variable", value("type=env,id=x,env=VARIABLE", "x"));
        assertEquals("of the variable", value("id=x,env=VARIABLE,src=" + file, "x"));
        assertEquals("of the id", value("id=id", "id"));
        assertEquals("", value("id=x,env=NOT_SET", "x"));
        assertTrue(SecretOptions.read(List.of(), new EnvironmentVariables(ENVIRONMENT, List.of()), HERE)
                .find("id")
                .isEmpty());
    }

    @Test
    void aSecretHasTheBytesOfItsVariableEvenIfTheyAreNotText() throws IOException {
        byte[] value = {'c', 'a', 'f', (byte) 0xe9, '=', (byte) 0xff};
        byte[] variable = new byte[value.length + 2];
        variable[0] = 'X';
        variable[1] = '=';
        System.arraycopy(value, 0, variable, 2, value.length);
        Map<String, String> texts = Map.of("X", "caf\uFFFD=\uFFFD");
        EnvironmentVariables known = new EnvironmentVariables(texts, List.of(variable));
        assertArrayEquals(
                value,
                SecretOptions.read(List.of("id=x,env=X"), known, HERE).find("x").orElseThrow());
        assertEquals(
                "the variable X is not valid UTF-8",
                assertThrows(TypeConversionException.class, () -> FrontendOptions.read(List.of("build-arg:X"), known))
                        .getMessage());
        EnvironmentVariables unknown = new EnvironmentVariables(texts, List.of());
        assertEquals(
                "the variable X is not valid UTF-8 and cannot be read on this system; use a file",
                assertThrows(
                                TypeConversionException.class,
                                () -> SecretOptions.read(List.of("id=x,env=X"), unknown, HERE))
                        .getMessage());
    }

    @Test
    void invalidSecretsAreRefused() throws IOException {
        for (String option : List.of("x", "id=x,type=other", "id=x,mode=0400", "src=x", "id=")) {
            assertThrows(TypeConversionException.class, () -> value(option, "x"), option);
        }
        assertThrows(NoSuchFileException.class, () -> value("id=x,src=" + folder.resolve("nothing"), "x"));
        Path large = Files.write(folder.resolve("large"), new byte[Secrets.MAX_BYTES + 1]);
        TypeConversionException refused =
                assertThrows(TypeConversionException.class, () -> value("id=x,src=" + large, "x"));
        assertEquals("secret 'x' has 512001 bytes; at most 512000 can be given", refused.getMessage());
    }
}
