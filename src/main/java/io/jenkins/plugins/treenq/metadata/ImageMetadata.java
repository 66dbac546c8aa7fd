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
 * The result of the rules.
 *
 * @param version tag of the rule with the highest priority; null if no rule gives a tag
 * @param tagNames the tags without the names of the images
 * @param tags complete names with the tags; the tags only, if no names of images are given
 * @param annotationLevels the documents that get the annotations, such as {@code manifest} and {@code index}
 * @param warnings warnings for the author of the rules, one line each
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

    /**
     * Returns the annotations with the level as a prefix of their names, such as
     * {@code index:org.opencontainers.image.title}.
     */
    public Map<String, String> annotationsByLevel() {
        Map<String, String> result = new LinkedHashMap<>();
        for (String level : annotationLevels) {
            annotations.forEach((name, value) -> result.put(level + ":" + name, value));
        }
        return result;
    }
}
