// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.metadata;

import edu.umd.cs.findbugs.annotations.CheckForNull;

/**
 * The properties of the repository from which an image is built. A property that is null is unknown and produces no
 * label.
 *
 * @param title name of the repository for readers
 * @param url URL of the repository's web page
 * @param source URL of the sources
 * @param licenses SPDX license expression
 * @param defaultBranch name of the default branch
 */
public record Repository(
        @CheckForNull String title,
        @CheckForNull String description,
        @CheckForNull String url,
        @CheckForNull String source,
        @CheckForNull String licenses,
        @CheckForNull String defaultBranch) {}
