// SPDX-License-Identifier: MIT
/**
 * Access to files and folders whose paths or content come from users who may access a part of the disk only. No symlink
 * leads out of that part, and only regular files are opened. This package imports no other package of the client.
 */
package io.jenkins.plugins.treenq.buildkit.files;
