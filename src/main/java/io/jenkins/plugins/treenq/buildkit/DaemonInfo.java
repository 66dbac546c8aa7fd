// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.io.Serializable;

/** A daemon's own words about its version; empty where it has none. */
public record DaemonInfo(String packageName, String version, String revision) implements Serializable {}
