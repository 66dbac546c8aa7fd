// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.progress;

import java.io.Serializable;
import java.util.List;

/**
 * A rule that a Dockerfile breaks.
 *
 * @param summary the rule and what breaks it, in a line
 * @param detail further lines
 * @param url of the rule's description, or empty
 * @param place null when it is about no place
 */
public record WarningReport(String summary, List<String> detail, String url, SourceExcerpt place)
        implements Serializable {
    public WarningReport {
        detail = List.copyOf(detail);
    }
}
