// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.bake.BakeDefinition;
import io.jenkins.plugins.treenq.buildkit.bake.BakePaths;
import io.jenkins.plugins.treenq.buildkit.bake.BakeTarget;
import io.jenkins.plugins.treenq.buildkit.bake.TargetEntries;
import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A target of a bake file as a build of a Dockerfile, as buildx makes it ({@link TargetConversion}). Nothing is read
 * from a disk here; {@link DockerfileBuild#in} finds the files of the build.
 *
 * <p>A named context of the build that is the result of another target has the value {@code target:NAME}. Such a build
 * can only be executed by a {@link BakeRun}, together with the other target.
 *
 * @param name name of the target
 * @param description description of the target; empty if it has none
 * @param build the build, without secrets and SSH agents
 * @param linked whether the target was not asked for, but another one needs its result. It has no outputs
 * @param subrequest what the frontend is asked instead of building, such as {@code frontend.lint} for
 *     {@code call = "check"}; empty for a build
 * @param secrets secrets that the build may mount, as the file names them: with the name of a file or of a variable, or
 *     with an ID only. The caller decides what they are
 * @param ssh SSH agents that the build may use, as the file names them
 */
public record TargetBuild(
        String name,
        String description,
        DockerfileBuild build,
        boolean linked,
        String subrequest,
        List<TargetEntries.Secret> secrets,
        List<TargetEntries.Ssh> ssh)
        implements Serializable {
    /** The subrequest that checks a Dockerfile. */
    public static final String LINT = "frontend.lint";

    public TargetBuild {
        Objects.requireNonNull(name);
        Objects.requireNonNull(description);
        Objects.requireNonNull(build);
        Objects.requireNonNull(subrequest);
        secrets = List.copyOf(secrets);
        ssh = List.copyOf(ssh);
    }

    /**
     * The values of targets that do not set them.
     *
     * @param sourceDateEpoch value of the build argument {@code SOURCE_DATE_EPOCH}; empty for none
     * @param provenance provenance attestation, as for {@link DockerfileBuild.Builder#provenance}; empty for none
     */
    public record Defaults(String sourceDateEpoch, String provenance) {
        /** No defaults. */
        public static final Defaults NONE = new Defaults("", "");

        public Defaults {
            Objects.requireNonNull(sourceDateEpoch);
            Objects.requireNonNull(provenance);
        }
    }

    /**
     * Converts all targets of a definition.
     *
     * @return the builds by the names of their targets
     * @throws BuildkitException.InvalidRequestException if a target has a value that is malformed or not supported; the
     *     message names the target
     */
    public static SortedMap<String, TargetBuild> all(BakeDefinition definition, Defaults defaults)
            throws BuildkitException.InvalidRequestException {
        SortedMap<String, TargetBuild> builds = new TreeMap<>();
        for (BakeTarget target : definition.targets().values()) {
            builds.put(target.name(), of(target, defaults));
        }
        for (TargetBuild build : builds.values()) {
            for (String used : build.links().values()) {
                TargetBuild other = builds.get(used);
                if (build.subrequest().isEmpty()
                        && other != null
                        && !other.subrequest().isEmpty()) {
                    throw new BuildkitException.InvalidRequestException("target " + build.name()
                            + " uses the result of target " + used + ", which has a call and is not built");
                }
            }
        }
        return builds;
    }

    /** Converts one target. */
    static TargetBuild of(BakeTarget target, Defaults defaults) throws BuildkitException.InvalidRequestException {
        try {
            return new TargetConversion(target, defaults).converted();
        } catch (BuildkitException.InvalidRequestException e) {
            throw new BuildkitException.InvalidRequestException("target " + target.name() + ": " + e.getMessage(), e);
        }
    }

    /** Returns a copy of this target with another build. */
    public TargetBuild with(DockerfileBuild other) {
        return new TargetBuild(name, description, other, linked, subrequest, secrets, ssh);
    }

    /** Returns a copy of this target with other secrets and SSH agents. */
    public TargetBuild with(List<TargetEntries.Secret> otherSecrets, List<TargetEntries.Ssh> otherSsh) {
        return new TargetBuild(name, description, build, linked, subrequest, otherSecrets, otherSsh);
    }

    /** Returns the name of the call that is made instead of a build, such as {@code lint}; empty for a build. */
    public String call() {
        return subrequest.replaceFirst("^frontend[.]", "");
    }

    /** Whether the daemon fetches the context from a Git repository over SSH, for which it needs an SSH agent. */
    public boolean isFetchedOverSsh() {
        return BakePaths.isSsh(build.context());
    }

    /** Returns the names of the targets whose results this target uses, by the names of the contexts. */
    public SortedMap<String, String> links() {
        return build.links();
    }
}
