// SPDX-License-Identifier: MIT
/**
 * The images of a job's last builds and the rollback to one of them: the job's page, its REST API, and the log of
 * rollbacks. The package imports run, report and the values of the client; no package imports it.
 */
package io.jenkins.plugins.treenq.rollback;
