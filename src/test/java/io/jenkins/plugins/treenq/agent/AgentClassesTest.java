// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.agent;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Classes that cannot be sent to an agent. */
class AgentClassesTest {
    @TempDir
    Path folder;

    /** A class of a class loader that has no memory for reading classes. */
    private static final class Root {}

    private static final class FullMemory extends ClassLoader {
        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.equals(Root.class.getName())) {
                return super.loadClass(name, resolve);
            }
            try (InputStream in =
                    Root.class.getResourceAsStream(name.substring(name.lastIndexOf('.') + 1) + ".class")) {
                byte[] content = in.readAllBytes();
                return defineClass(name, content, 0, content.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }

        @Override
        public URL getResource(String name) {
            throw new OutOfMemoryError("test");
        }
    }

    @Test
    void buildsDoNotWaitForClassesThatAnErrorKeepsFromBeingSent() throws Exception {
        List<Runnable> tasks = new ArrayList<>();
        AgentClasses classes =
                new AgentClasses(List.of(new FullMemory().loadClass(Root.class.getName())), folder, tasks::add);

        // There is no agent, because the error occurs before the agent is called.
        CompletableFuture<Void> sent = classes.sendTo(null);
        assertThrows(OutOfMemoryError.class, tasks.get(0)::run);

        assertTrue(sent.isDone(), "a build would wait");
    }
}
