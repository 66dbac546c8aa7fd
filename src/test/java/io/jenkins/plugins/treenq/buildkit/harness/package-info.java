// SPDX-License-Identifier: MIT
/** What is done around each class of tests. */
package io.jenkins.plugins.treenq.buildkit.harness;
