// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.harness;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * One Jenkins for all tests of a class, given to them as the parameter of type {@code JenkinsRule}. After each test it
 * is made as it was at its start, by {@link SharedJenkinsExtension}: a Jenkins takes seconds to start, and that takes
 * milliseconds.
 *
 * <p>For classes whose tests change what the reset knows: items, agents, users, credentials, the plugin's global
 * configuration, security, the built-in node. Others use {@code WithJenkins}, with a Jenkins for each test.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(SharedJenkinsExtension.class)
public @interface SharedJenkins {}
