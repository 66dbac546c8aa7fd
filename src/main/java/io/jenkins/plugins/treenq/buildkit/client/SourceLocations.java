// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.jenkins.plugins.treenq.buildkit.bake.BakePaths;
import java.io.Serializable;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The location of the files of a build, as the user wrote it.
 *
 * @param context a folder, a tar archive, which may be compressed, or an address that the daemon fetches
 * @param dockerfile path of the Dockerfile, relative to the context; or {@code cwd://PATH}, a file of the client's
 *     machine for a context that the daemon fetches
 * @param dockerfileText content of the Dockerfile; empty if the Dockerfile is a file
 * @param contexts named contexts by the name that {@code FROM} and {@code COPY --from} refer to: a folder,
 *     {@code docker-image://NAME}, {@code oci-layout://FOLDER[:TAG][@DIGEST]}, an address that the daemon fetches, or
 *     {@code target:NAME}, the result of another target of the same bake
 */
record SourceLocations(String context, String dockerfile, String dockerfileText, Map<String, String> contexts)
        implements Serializable {
    /**
     * Matches the addresses that BuildKit fetches itself ({@code frontend/dockerui/context.go}, {@code util/gitutil}).
     */
    private static final Pattern REMOTE =
            Pattern.compile("(?:https?|git|ssh)://.*|[A-Za-z0-9_.-]+@[^/:]+:.*", Pattern.DOTALL);

    SourceLocations {
        Objects.requireNonNull(context);
        Objects.requireNonNull(dockerfile);
        Objects.requireNonNull(dockerfileText);
        contexts = Map.copyOf(contexts);
    }

    /** Returns the path of a Dockerfile that the client has, although the daemon fetches the context; or null. */
    String dockerfileOfClient() {
        return isRemote() ? BakePaths.inWorkingFolder(dockerfile).orElse(null) : null;
    }

    boolean isRemote() {
        return isRemote(context);
    }

    static boolean isRemote(String address) {
        return REMOTE.matcher(address).matches();
    }
}
