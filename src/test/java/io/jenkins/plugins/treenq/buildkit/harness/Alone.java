// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.harness;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * No other class of tests runs beside one with this annotation. Classes run in two JVMs at once; those that measure the
 * machine, or load a shared daemon so much that others' builds would wait, run alone.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
public @interface Alone {}
