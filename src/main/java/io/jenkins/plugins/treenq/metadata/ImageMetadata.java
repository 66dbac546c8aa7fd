// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.metadata;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the rules give.
 *
 * @param version the tag of the rule with the highest priority; null when no rule gives one
 * @param tagNames tags alone
 * @param tags names of the image with the tags; the tags alone when there are no names
 * @param annotationLevels where annotations are put
 * @param warnings what to tell whoever wrote the rules, a line each
 */
public record ImageMetadata(
        @CheckForNull String version,
        List<String> tagNames,
        List<String> tags,
        SortedMap<String, String> labels,
        SortedMap<String, String> annotations,
        List<String> annotationLevels,
        List<String> warnings) {
    public ImageMetadata {
        tagNames = List.copyOf(tagNames);
        tags = List.copyOf(tags);
        labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
        annotations = Collections.unmodifiableSortedMap(new TreeMap<>(annotations));
        annotationLevels = List.copyOf(annotationLevels);
        warnings = List.copyOf(warnings);
    }

    /** With the level in front, as {@code index:org.opencontainers.image.title}. */
    public Map<String, String> annotationsByLevel() {
        Map<String, String> result = new LinkedHashMap<>();
        for (String level : annotationLevels) {
            annotations.forEach((name, value) -> result.put(level + ":" + name, value));
        }
        return result;
    }
}
