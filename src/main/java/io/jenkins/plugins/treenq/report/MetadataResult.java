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

/** The tags, labels and annotations that metadata rules created. Jenkinsfiles read this class. */
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

    /** Returns the tag of the rule with the highest priority; null if no rule created a tag. */
    @CheckForNull
    @Whitelisted
    public String getVersion() {
        return version;
    }

    /** Returns the complete names of the image, with tags. */
    @Whitelisted
    public List<String> getTags() {
        return Collections.unmodifiableList(tags);
    }

    /** Returns the tags without the names of the images. */
    @Whitelisted
    public List<String> getTagNames() {
        return Collections.unmodifiableList(tagNames);
    }

    /** Returns the labels of the image. */
    @Whitelisted
    public Map<String, String> getLabels() {
        return Collections.unmodifiableMap(labels);
    }

    /**
     * Returns the annotations. A prefix of each name selects the document that gets the annotation, such as
     * {@code manifest:org.opencontainers.image.title}.
     */
    @Whitelisted
    public Map<String, String> getAnnotations() {
        return Collections.unmodifiableMap(annotations);
    }

    /** Returns the whole result in the JSON format of docker/metadata-action's output. */
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

    /** Returns the values as texts of the form {@code NAME=value}. */
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
