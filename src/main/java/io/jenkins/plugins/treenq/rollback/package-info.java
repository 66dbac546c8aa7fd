// SPDX-License-Identifier: MIT
/**
 * The images of a job's last builds, and the way back to one of them: the job's page and REST, and who went back.
 * Imports the service of runs, what they leave, and the client's values; nothing imports it.
 */
package io.jenkins.plugins.treenq.rollback;
