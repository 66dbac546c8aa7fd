// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.config;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;

import hudson.ExtensionList;
import hudson.model.Descriptor;
import io.jenkins.plugins.treenq.harness.SharedJenkins;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.kohsuke.stapler.ClassDescriptor;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;

/** Verifies that each field of the plugin's forms has a help text. */
@SharedJenkins
class HelpTest {
    @Test
    void everyFieldHasHelp(JenkinsRule jenkins) throws Exception {
        // Views are looked for while a request is served.
        jenkins.executeOnServer(() -> {
            assertEveryFieldHasHelp();
            return null;
        });
    }

    private static void assertEveryFieldHasHelp() {
        List<String> fields = new ArrayList<>();
        List<String> without = new ArrayList<>();
        for (Descriptor<?> descriptor : ExtensionList.lookup(Descriptor.class)) {
            if (!descriptor.clazz.getName().startsWith("io.jenkins.plugins.treenq.")) {
                continue;
            }
            for (String field : fields(descriptor.clazz)) {
                fields.add(field);
                if (descriptor.getHelpFile(field) == null) {
                    without.add(descriptor.clazz.getSimpleName() + "." + field);
                }
            }
        }
        assertThat(without, empty());
        assertThat(fields.size(), greaterThan(40));
    }

    private static Set<String> fields(Class<?> type) {
        Set<String> fields = new LinkedHashSet<>();
        if (!Modifier.isAbstract(type.getModifiers())
                && Stream.of(type.getConstructors()).anyMatch(c -> c.isAnnotationPresent(DataBoundConstructor.class))) {
            fields.addAll(List.of(new ClassDescriptor(type).loadConstructorParamNames()));
        }
        for (Method method : type.getMethods()) {
            if (method.isAnnotationPresent(DataBoundSetter.class)) {
                fields.add(Character.toLowerCase(method.getName().charAt(3))
                        + method.getName().substring(4));
            }
        }
        return fields;
    }
}
