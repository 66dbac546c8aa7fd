// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.harness;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * One Jenkins for all tests of a class, which they get as a parameter of type {@code JenkinsRule}. After each test,
 * {@link SharedJenkinsExtension} restores its initial state. Starting a Jenkins takes seconds, restoring it takes
 * milliseconds.
 *
 * <p>For classes whose tests change only state that is restored: items, agents, users, credentials, the plugin's global
 * configuration, security, the built-in node. Others use {@code WithJenkins}, with a Jenkins for each test.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(SharedJenkinsExtension.class)
public @interface SharedJenkins {}
