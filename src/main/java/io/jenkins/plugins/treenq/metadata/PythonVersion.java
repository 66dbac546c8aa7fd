// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.metadata;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A version of <a href="https://peps.python.org/pep-0440/">PEP 440</a> in its normalized form.
 *
 * @param release the numbers of the release, at least one
 * @param last whether the version is a final release, and not a pre-release, post-release or development release
 * @param normalized the whole normalized version
 */
record PythonVersion(List<String> release, boolean last, String normalized) {
    private static final int MAX_LENGTH = 256;
    private static final Pattern FORM = Pattern.compile(
            "v?(?:(?<epoch>[0-9]+)!)?(?<release>[0-9]+(?:\\.[0-9]+)*+)"
                    + "(?:[-_.]?(?<pre>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?<preNumber>[0-9]+)?)?"
                    + "(?:-(?<implicitPost>[0-9]+)|[-_.]?(?<post>post|rev|r)[-_.]?(?<postNumber>[0-9]+)?)?"
                    + "(?:[-_.]?(?<dev>dev)[-_.]?(?<devNumber>[0-9]+)?)?"
                    + "(?:\\+(?<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?",
            Pattern.CASE_INSENSITIVE);

    PythonVersion {
        release = List.copyOf(release);
    }

    /** Returns the version; null if the text is not a valid version. */
    @CheckForNull
    static PythonVersion parse(String text) {
        Matcher matcher = text.length() > MAX_LENGTH ? null : FORM.matcher(text);
        if (matcher == null || !matcher.matches()) {
            return null;
        }
        List<String> release = Arrays.stream(matcher.group("release").split("\\."))
                .map(PythonVersion::number)
                .toList();
        StringBuilder normalized = new StringBuilder();
        String epoch = number(matcher.group("epoch"));
        if (!epoch.equals("0")) {
            normalized.append(epoch).append('!');
        }
        normalized.append(String.join(".", release));
        String pre = matcher.group("pre");
        if (pre != null) {
            normalized.append(preRelease(pre)).append(number(matcher.group("preNumber")));
        }
        String implicitPost = matcher.group("implicitPost");
        boolean post = implicitPost != null || matcher.group("post") != null;
        if (post) {
            normalized
                    .append(".post")
                    .append(number(implicitPost != null ? implicitPost : matcher.group("postNumber")));
        }
        boolean dev = matcher.group("dev") != null;
        if (dev) {
            normalized.append(".dev").append(number(matcher.group("devNumber")));
        }
        if (matcher.group("local") != null) {
            normalized.append('+').append(local(matcher.group("local")));
        }
        return new PythonVersion(release, pre == null && !post && !dev, normalized.toString());
    }

    private static String preRelease(String word) {
        return switch (word.toLowerCase(Locale.ROOT)) {
            case "alpha", "a" -> "a";
            case "beta", "b" -> "b";
            default -> "rc";
        };
    }

    private static String local(String text) {
        return Arrays.stream(text.toLowerCase(Locale.ROOT).split("[-_.]"))
                .map(part -> part.chars().allMatch(Character::isDigit) ? number(part) : part)
                .collect(Collectors.joining("."));
    }

    /** Returns the number without leading zeros; {@code 0} if the number is omitted. */
    private static String number(@CheckForNull String digits) {
        String significant = digits == null ? "" : digits.replaceFirst("^0+", "");
        return significant.isEmpty() ? "0" : significant;
    }

    /** Returns a number of the release; {@code 0} if the release has fewer numbers. */
    String number(int index) {
        return index < release.size() ? release.get(index) : "0";
    }
}
