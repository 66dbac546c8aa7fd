// SPDX-License-Identifier: MIT
/**
 * Files and folders that are named, or were written, by somebody who may reach only a part of the disk: no link leads
 * out of that part, and only regular files are opened. Imports nothing.
 */
package io.jenkins.plugins.treenq.buildkit.files;
