// SPDX-License-Identifier: MIT
/**
 * Subrequests to frontends, such as the build checks of a Dockerfile. For a subrequest, the client runs the frontend of
 * a build instead of the daemon. The package imports the client's value types, {@code solve}, {@code threads} and
 * {@code transport}.
 */
package io.jenkins.plugins.treenq.buildkit.gateway;
