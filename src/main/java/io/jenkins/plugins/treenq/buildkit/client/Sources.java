// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import java.io.Serializable;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Where the files of a build come from, as people write it.
 *
 * @param context a folder, a tar archive, which may be compressed, or an address that the daemon fetches itself
 * @param dockerfile path, relative to the context
 * @param dockerfileText empty, or the Dockerfile itself
 * @param contexts by the name that {@code FROM} and {@code COPY --from} use: a folder, {@code docker-image://NAME},
 *     {@code oci-layout://FOLDER[:TAG|@DIGEST]}, or an address that the daemon fetches itself
 */
record Sources(String context, String dockerfile, String dockerfileText, Map<String, String> contexts)
        implements Serializable {
    /** What BuildKit takes for remote ({@code frontend/dockerui/context.go}, {@code util/gitutil}). */
    private static final Pattern REMOTE =
            Pattern.compile("(?:https?|git|ssh)://.*|[A-Za-z0-9_.-]+@[^/:]+:.*", Pattern.DOTALL);

    Sources {
        Objects.requireNonNull(context);
        Objects.requireNonNull(dockerfile);
        Objects.requireNonNull(dockerfileText);
        contexts = Map.copyOf(contexts);
    }

    boolean isRemote() {
        return isRemote(context);
    }

    static boolean isRemote(String address) {
        return REMOTE.matcher(address).matches();
    }
}
