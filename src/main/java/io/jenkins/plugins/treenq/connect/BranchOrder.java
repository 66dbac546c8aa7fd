// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.connect;

import hudson.AbortException;
import hudson.Util;
import io.jenkins.plugins.treenq.parameters.BuildCache;
import io.jenkins.plugins.treenq.parameters.InlineCache;
import io.jenkins.plugins.treenq.parameters.RegistryCache;
import io.jenkins.plugins.treenq.report.MetadataResult;
import io.jenkins.plugins.treenq.run.ImageOrder;
import io.jenkins.plugins.treenq.step.TreenqBuildStep;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import jenkins.model.Jenkins;

/**
 * The build of a branch's commit. For commits of people who are not trusted, everything is removed that they could read
 * or damage with a Dockerfile of their own.
 */
final class BranchOrder {
    /** The build argument that separates the cache mounts of builds. */
    private static final String CACHE_MOUNTS = "BUILDKIT_CACHE_MOUNT_NS";

    /**
     * The option that sets the host name of build steps. It is part of what the daemon's cache recognizes a step by, so
     * that no other build gets the result of a step that ran without its secrets, and none gets one that ran with them.
     */
    private static final String HOST_NAME = "hostname";

    /**
     * The option by which a Dockerfile frontend recognizes that another frontend started it, so that it does not follow
     * a line {@code # syntax=}.
     */
    private static final String COMMAND_LINE = "cmdline";

    private final BranchCommit commit;
    private final TreenqBuildStep build;

    BranchOrder(ImageSettings settings, BranchCommit commit) {
        this.commit = commit;
        // The parameters of the project stay as they are.
        build = (TreenqBuildStep) Jenkins.XSTREAM2.fromXML(Jenkins.XSTREAM2.toXML(settings.getBuild()));
    }

    /**
     * Returns the order.
     *
     * @param ref ID of the build
     * @param push whether the image is pushed; otherwise, the build only shows whether the Dockerfile can be built
     * @param job full name of the job
     * @throws AbortException if a parameter is invalid; the message names the parameter
     */
    ImageOrder of(String ref, MetadataResult metadata, boolean push, String job) throws AbortException {
        fetch();
        build.setPush(push);
        build.setSkipIfPresent(false);
        if (!push) {
            build.setCacheTo(List.of());
        }
        if (!commit.isTrusted()) {
            removeAccess(job);
        }
        ImageOrder order = build.order(
                ref,
                UnaryOperator.identity(),
                push ? metadata.getTags() : List.of(),
                metadata.getLabels(),
                metadata.getAnnotations());
        return commit.isTrusted() ? order : order.withoutLogins();
    }

    /** Lets the daemon fetch the commit, unless an agent has checked it out. */
    private void fetch() {
        if (commit.isOnAgent()) {
            return;
        }
        String subfolder = SubfolderPath.of(build.getContext());
        build.setContext(commit.url() + "#" + commit.hash() + (subfolder.isEmpty() ? "" : ":" + subfolder));
        if (build.getContextCredentialsId() == null) {
            build.setContextCredentialsId(commit.credentialsId());
        }
    }

    private void removeAccess(String job) {
        build.setCredentialsId(null);
        build.setContextCredentialsId(null);
        build.setSecrets(List.of());
        build.setSsh(List.of());
        build.setCacheFrom(withoutCredentials(build.getCacheFrom()));
        build.setCacheTo(List.of());
        build.setOutputs(List.of());
        // The build itself can be why a daemon is lost, and would end one daemon after the other.
        build.setRetries(0);
        build.setAllow(List.of());
        build.setNetwork("host".equals(build.getNetwork()) ? null : build.getNetwork());
        String own = "untrusted-" + Util.getDigestOf(job);
        build.setBuildArgs(with(build.getBuildArgs(), CACHE_MOUNTS, own));
        List<String> options = without(build.getFrontendOptions(), "build-arg:" + CACHE_MOUNTS);
        options = with(options, HOST_NAME, own);
        build.setFrontendOptions(with(options, COMMAND_LINE, Util.fixNull(build.getFrontend())));
    }

    /** Returns the caches that are read without credentials of Jenkins. */
    private static List<BuildCache> withoutCredentials(List<BuildCache> caches) {
        return caches.stream()
                .filter(cache -> cache instanceof RegistryCache || cache instanceof InlineCache)
                .toList();
    }

    private static List<String> with(List<String> assignments, String name, String value) {
        return Stream.concat(without(assignments, name).stream(), Stream.of(name + "=" + value))
                .toList();
    }

    private static List<String> without(List<String> assignments, String name) {
        return assignments.stream().filter(each -> !each.startsWith(name + "=")).toList();
    }
}
