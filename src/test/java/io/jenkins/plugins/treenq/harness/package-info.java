// SPDX-License-Identifier: MIT
/** Shares a running Jenkins between tests of the plugin. */
package io.jenkins.plugins.treenq.harness;
