// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.metadata;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A version of <a href="https://semver.org/spec/v2.0.0.html">Semantic Versioning 2.0.0</a>, optionally with the prefix
 * {@code v}. Build metadata after a plus sign is discarded, because it does not distinguish versions.
 *
 * @param preRelease pre-release identifiers; null for a release
 */
record SemanticVersion(
        long major, long minor, long patch, @CheckForNull String preRelease) {
    /**
     * The limits of node-semver: longer texts, and numbers that JavaScript cannot represent exactly, are not versions.
     */
    private static final int MAX_LENGTH = 256;

    private static final long MAX_NUMBER = (1L << 53) - 1;
    private static final int MAX_DIGITS = 16;

    private static final String NUMBER = "(?:0|[1-9][0-9]*+)";
    private static final String IDENTIFIER = "(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)";
    private static final Pattern FORM = Pattern.compile(
            "v?(?<major>" + NUMBER + ")\\.(?<minor>" + NUMBER + ")\\.(?<patch>" + NUMBER + ")(?:-(?<pre>" + IDENTIFIER
                    + "(?:\\." + IDENTIFIER + ")*))?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?");

    /** Returns the version; null if the text is not a valid version. */
    @CheckForNull
    static SemanticVersion parse(String text) {
        if (text.length() > MAX_LENGTH) {
            return null;
        }
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()
                || tooLarge(matcher.group("major"))
                || tooLarge(matcher.group("minor"))
                || tooLarge(matcher.group("patch"))) {
            return null;
        }
        return new SemanticVersion(
                Long.parseLong(matcher.group("major")),
                Long.parseLong(matcher.group("minor")),
                Long.parseLong(matcher.group("patch")),
                matcher.group("pre"));
    }

    private static boolean tooLarge(String digits) {
        return digits.length() > MAX_DIGITS || Long.parseLong(digits) > MAX_NUMBER;
    }

    boolean isRelease() {
        return preRelease == null;
    }

    @Override
    public String toString() {
        return major + "." + minor + "." + patch + (preRelease == null ? "" : "-" + preRelease);
    }
}
