// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.metadata;

import edu.umd.cs.findbugs.annotations.CheckForNull;

/**
 * What is known of the repository that an image is built of. Whatever is null is not known, and makes no label.
 *
 * @param title a name for people
 * @param url where people read about it
 * @param source where its sources are
 * @param licenses as SPDX writes them
 * @param defaultBranch its name
 */
public record Repository(
        @CheckForNull String title,
        @CheckForNull String description,
        @CheckForNull String url,
        @CheckForNull String source,
        @CheckForNull String licenses,
        @CheckForNull String defaultBranch) {}
