// SPDX-License-Identifier: MIT
/** treenqctl, which provides buildctl's command line with the plugin's client, without Jenkins. */
package io.jenkins.plugins.treenq.ctl;
