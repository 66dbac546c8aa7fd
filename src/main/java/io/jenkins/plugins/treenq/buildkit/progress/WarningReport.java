// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.progress;

import java.io.Serializable;
import java.util.List;

/**
 * A warning of the frontend's build checks.
 *
 * @param summary one line with the name of the rule and the violation
 * @param detail further lines
 * @param url address of the rule's description; empty if there is none
 * @param place location in the Dockerfile; null if the warning has none
 */
public record WarningReport(String summary, List<String> detail, String url, SourceExcerpt place)
        implements Serializable {
    public WarningReport {
        detail = List.copyOf(detail);
    }
}
