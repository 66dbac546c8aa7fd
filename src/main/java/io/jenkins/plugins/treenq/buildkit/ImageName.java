// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.io.Serializable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of an image in the grammar of registries, completed as Docker does: the default host is {@code docker.io},
 * the default namespace there is {@code library}, and the default tag of a name without digest is {@code latest}.
 *
 * @param host registry, with its port if it has one
 * @param repository path of the repository in the registry
 * @param tag tag; empty if there is only a digest
 * @param digest well-formed digest; empty if there is none
 */
public record ImageName(String host, String repository, String tag, String digest) implements Serializable {
    private static final int LONGEST_NAME = 255;
    private static final String COMPONENT = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
    private static final String LABEL = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
    private static final Pattern HOST =
            Pattern.compile("(?:" + LABEL + "(?:\\." + LABEL + ")*|\\[[a-fA-F0-9:]+])(?::[0-9]{1,5})?");
    private static final Pattern REPOSITORY = Pattern.compile(COMPONENT + "(?:/" + COMPONENT + ")*");
    private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,127}");
    private static final Pattern SPLIT = Pattern.compile("(?<name>.*?)(?::(?<tag>[^:/]*))?(?:@(?<digest>.*))?");

    /**
     * Matches a name with a slash in its tag, for a better error message. What follows a colon before the first slash
     * is a port if it is a number, and a tag otherwise.
     */
    private static final Pattern SLASHED_TAG = Pattern.compile("(?:[^/:@\\[]+(?::[0-9]+)?/|"
            + "\\[[^\\]]*](?::[0-9]+)?/)?[^:@]+:(?<tag>(?!//)(?![0-9]+/)[^:@/]*/[^@]*)(?:@.*)?");

    /**
     * Parses a name in the form that users write.
     *
     * @throws IllegalArgumentException if the text is not a valid name; the message says what is wrong
     */
    public static ImageName parse(String text) {
        Matcher parts = SPLIT.matcher(text);
        if (text.isEmpty() || !parts.matches()) {
            throw invalid(text, "it is empty or has a line break");
        }
        String name = parts.group("name");
        String host = "docker.io";
        String repository = name;
        int slash = name.indexOf('/');
        String first = slash < 0 ? "" : name.substring(0, slash);
        boolean hasHost = first.contains(".")
                || first.contains(":")
                || first.equals("localhost")
                || !first.equals(first.toLowerCase(java.util.Locale.ROOT));
        if (hasHost) {
            host = first;
            repository = name.substring(slash + 1);
        }
        if (host.equals("index.docker.io")) {
            host = "docker.io";
        }
        if (host.equals("docker.io") && repository.indexOf('/') < 0) {
            repository = "library/" + repository;
        }
        // Before the names are matched, for which long ones would need a large stack.
        if (host.length() + 1 + repository.length() > LONGEST_NAME) {
            throw invalid(text, "it is longer than " + LONGEST_NAME + " characters");
        }
        Matcher slashed = SLASHED_TAG.matcher(text);
        if (slashed.matches()) {
            throw noTag(text, slashed.group("tag"));
        }
        if (!HOST.matcher(host).matches()) {
            throw invalid(text, "'" + host + "' is not a host name");
        }
        if (!REPOSITORY.matcher(repository).matches()) {
            throw invalid(text, "a repository has lower-case letters, digits and single separators . _ - /");
        }
        String tag = parts.group("tag");
        if (tag != null && !TAG.matcher(tag).matches()) {
            throw noTag(text, tag);
        }
        String digest = parts.group("digest");
        if (digest != null) {
            new Digest(digest);
        }
        return new ImageName(
                host, repository, tag != null ? tag : digest == null ? "latest" : "", digest == null ? "" : digest);
    }

    private static IllegalArgumentException invalid(String text, String why) {
        return new IllegalArgumentException("'" + text + "' is not an image name: " + why);
    }

    private static IllegalArgumentException noTag(String text, String tag) {
        String possible = tag.replaceAll("[^A-Za-z0-9._-]+", "-").replaceAll("^[.-]+|-+$", "");
        return invalid(
                text,
                "'" + tag
                        + "' is not a tag; a tag has up to 128 letters, digits, '.', '_' and '-', and does not "
                        + "start with '.' or '-'"
                        + (TAG.matcher(possible).matches() && !possible.equals(tag)
                                ? "; it could be '" + possible + "'"
                                : ""));
    }

    /** Returns host and repository, without tag and digest. */
    public String name() {
        return host + "/" + repository;
    }

    /** Returns a reference to the content with this digest in the same repository. */
    public String at(Digest content) {
        return name() + "@" + content;
    }

    @Override
    public String toString() {
        return name() + (tag.isEmpty() ? "" : ":" + tag) + (digest.isEmpty() ? "" : "@" + digest);
    }
}
