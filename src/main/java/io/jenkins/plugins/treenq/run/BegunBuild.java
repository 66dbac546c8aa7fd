// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import java.io.Serializable;
import java.util.Objects;

/**
 * An image build that was begun, as it is remembered over a restart.
 *
 * @param ref names it in the daemon
 * @param site where it runs
 */
public record BegunBuild(String ref, Site site) implements Serializable {
    public BegunBuild {
        Objects.requireNonNull(ref);
        Objects.requireNonNull(site);
    }
}
