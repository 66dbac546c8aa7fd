// SPDX-License-Identifier: MIT
/** How the plugin's tests share what is slow to start. */
package io.jenkins.plugins.treenq.harness;
