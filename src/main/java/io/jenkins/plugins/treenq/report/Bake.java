// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.report;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** A bake of a run: the image builds of its targets. */
@ExportedBean(defaultVisibility = 2)
public final class Bake {
    private final int number;
    private final String ref;
    private final String subject;

    /**
     * The numbers of the latest image builds of the targets. The map is replaced as a whole, so that pages can read it
     * at any time.
     */
    private volatile TreeMap<String, Integer> builds = new TreeMap<>();

    Bake(int number, String ref, String subject) {
        this.number = number;
        this.ref = ref;
        this.subject = subject;
    }

    /** Records image builds by their targets, which replace earlier ones. */
    synchronized void began(Map<String, Integer> latest) {
        TreeMap<String, Integer> more = new TreeMap<>(builds);
        more.putAll(latest);
        builds = more;
    }

    /** Returns the number of the bake in the run, which counts from 1. */
    @Exported
    public int getNumber() {
        return number;
    }

    /** Returns the ID by which the bake is found after a restart of Jenkins. */
    public String getRef() {
        return ref;
    }

    /** Returns what was baked: the targets and files that the job named. */
    @Exported
    public String getSubject() {
        return subject;
    }

    /** Returns the numbers of the targets' image builds. */
    Map<String, Integer> builds() {
        return builds;
    }

    /** Returns the targets by their names. */
    @Exported
    public List<BakedTarget> getTargets() {
        return builds.entrySet().stream()
                .map(build -> new BakedTarget(build.getKey(), build.getValue()))
                .toList();
    }

    /** A target, as the REST API shows it. */
    @ExportedBean(defaultVisibility = 3)
    public record BakedTarget(String name, int build) {
        @Exported
        public String getName() {
            return name;
        }

        /** Returns the number of the target's image build. */
        @Exported
        public int getBuild() {
            return build;
        }
    }
}
