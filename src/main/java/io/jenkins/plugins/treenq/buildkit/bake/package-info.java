// SPDX-License-Identifier: MIT
/**
 * Bake files, as {@code docker buildx bake} reads them: the targets of HCL, JSON and Compose files with their groups,
 * inheritance, matrices and overrides. Reads no file by itself and starts nothing; what a target needs to be built is a
 * value that the caller checks and carries out. Follows docker/buildx v0.38 (package bake).
 */
package io.jenkins.plugins.treenq.buildkit.bake;
