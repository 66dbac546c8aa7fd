// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.harness;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Prevents other test classes from running at the same time. Classes run in two JVMs; those that measure the machine,
 * or put a high load on a shared daemon, run alone.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
public @interface Alone {}
