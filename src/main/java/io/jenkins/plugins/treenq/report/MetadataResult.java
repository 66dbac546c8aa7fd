// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.treenq.metadata.ImageMetadata;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jenkinsci.plugins.scriptsecurity.sandbox.whitelists.Whitelisted;

/** Tags, labels and annotations that rules gave, as Jenkinsfiles have them. */
public final class MetadataResult implements Serializable {
    private static final long serialVersionUID = 1;

    private final String version;
    private final ArrayList<String> tags;
    private final ArrayList<String> tagNames;
    private final TreeMap<String, String> labels;
    private final LinkedHashMap<String, String> annotations;

    public MetadataResult(ImageMetadata metadata) {
        version = metadata.version();
        tags = new ArrayList<>(metadata.tags());
        tagNames = new ArrayList<>(metadata.tagNames());
        labels = new TreeMap<>(metadata.labels());
        annotations = new LinkedHashMap<>(metadata.annotationsByLevel());
    }

    /** The tag of the rule with the highest priority; null when no rule gave one. */
    @CheckForNull
    @Whitelisted
    public String getVersion() {
        return version;
    }

    /** Names of the image, with tags. */
    @Whitelisted
    public List<String> getTags() {
        return Collections.unmodifiableList(tags);
    }

    /** The tags alone. */
    @Whitelisted
    public List<String> getTagNames() {
        return Collections.unmodifiableList(tagNames);
    }

    /** Labels of the image. */
    @Whitelisted
    public Map<String, String> getLabels() {
        return Collections.unmodifiableMap(labels);
    }

    /** With what carries them in front, as {@code manifest:org.opencontainers.image.title}. */
    @Whitelisted
    public Map<String, String> getAnnotations() {
        return Collections.unmodifiableMap(annotations);
    }

    /** All of it, in the form of docker/metadata-action's output. */
    @Whitelisted
    public String getJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("tags", tags);
        json.put("tag-names", tagNames);
        json.put("labels", labels);
        json.put("annotations", assignments(annotations));
        Gson gson = new GsonBuilder().disableHtmlEscaping().create();
        return gson.toJson(json);
    }

    /** Each {@code NAME=value}. */
    static List<String> assignments(Map<String, String> values) {
        return values.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .toList();
    }

    @Override
    public String toString() {
        return String.join(", ", tags);
    }
}
