// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

/**
 * The address of an image in an OCI layout of the client's machine, as a named context has it: {@code oci-layout://}
 * and {@code FOLDER}, {@code FOLDER:TAG}, {@code FOLDER@DIGEST} or {@code FOLDER:TAG@DIGEST} ({@code util/ocilayout} in
 * buildx).
 *
 * @param folder path of the layout
 * @param tag tag of the image; empty if the address has none
 * @param digest digest of the image, which may be malformed; empty if the address has none
 */
public record LayoutAddress(String folder, String tag, String digest) {
    static final String PREFIX = "oci-layout://";

    public static boolean isOne(String context) {
        return context.startsWith(PREFIX);
    }

    /** @param context a value for which {@link #isOne} is true */
    public static LayoutAddress parse(String context) {
        String place = context.substring(PREFIX.length());
        // The names of the folders above the layout may contain the characters that begin a tag and a digest.
        int name = 1 + Math.max(place.lastIndexOf('/'), place.lastIndexOf('\\'));
        int at = place.indexOf('@', name);
        String tagged = at < 0 ? place : place.substring(0, at);
        int colon = tagged.lastIndexOf(':');
        return new LayoutAddress(
                colon < name ? tagged : tagged.substring(0, colon),
                colon < name ? "" : tagged.substring(colon + 1),
                at < 0 ? "" : place.substring(at + 1));
    }
}
