// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;

/**
 * What a bake is allowed to do beyond building from the working folder, as {@code --allow} of buildx has it
 * ({@code bake/entitlements.go}): {@code network.host}, {@code security.insecure}, {@code device}, {@code ssh},
 * {@code buildx.local.delete}, and {@code fs.read=PATH}, {@code fs.write=PATH}, {@code fs=PATH}. The files of a bake ask
 * for these, but only who starts the bake allows them.
 */
public final class BakeEntitlements {
    private BakeEntitlements() {}

    /**
     * Parses values of {@code --allow}.
     *
     * @throws BuildkitException.InvalidRequestException if a value is not an entitlement
     */
    public static BakeEntitlements of(Collection<String> allowed) throws BuildkitException.InvalidRequestException {
        throw new UnsupportedOperationException();
    }

    /**
     * Requires that all is allowed that the targets ask for, apart from paths.
     *
     * @throws BuildkitException.InvalidRequestException if not; the message names the targets and what to allow
     */
    public void require(Collection<TargetBuild> targets) throws BuildkitException.InvalidRequestException {
        throw new UnsupportedOperationException();
    }

    /**
     * Requires that all is allowed that the targets ask for, and that the files that they read and write are in the
     * working folder or below an allowed path.
     */
    public void require(Collection<TargetBuild> targets, Path workingFolder)
            throws BuildkitException.InvalidRequestException {
        throw new UnsupportedOperationException();
    }

    /** Returns what the targets ask for and is not allowed, as values of {@code --allow}, apart from paths. */
    public List<String> missing(Collection<TargetBuild> targets) {
        throw new UnsupportedOperationException();
    }
}
