// SPDX-License-Identifier: MIT
/** treenqctl: buildctl's command line over the client, without Jenkins. */
package io.jenkins.plugins.treenq.ctl;
