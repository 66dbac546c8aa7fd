// SPDX-License-Identifier: MIT
/** JUnit extensions that apply to each test class. */
package io.jenkins.plugins.treenq.buildkit.harness;
