// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.io.Serializable;
import java.util.List;

/**
 * What a stage of a Dockerfile can be given. Locations are null where the frontend named none.
 *
 * @param target the stage; empty for one without a name
 * @param description the comment above the stage
 */
public record Outline(
        String target, String description, List<Arg> args, List<Mount> secrets, List<Mount> ssh, List<Cache> caches)
        implements Serializable {
    public Outline {
        args = List.copyOf(args);
        secrets = List.copyOf(secrets);
        ssh = List.copyOf(ssh);
        caches = List.copyOf(caches);
    }

    /**
     * A build argument.
     *
     * @param description the comment above it
     * @param value that it has in this build, or empty
     */
    public record Arg(String name, String description, String value, SourceLocation location) implements Serializable {}

    /** A secret or an SSH agent by its id, which the build fails without if it is required. */
    public record Mount(String id, boolean required, SourceLocation location) implements Serializable {}

    /** A cache mount by its id. */
    public record Cache(String id, SourceLocation location) implements Serializable {}
}
