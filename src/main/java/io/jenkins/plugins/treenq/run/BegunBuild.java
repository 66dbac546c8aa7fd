// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import java.io.Serializable;
import java.util.Objects;

/**
 * A running image build, in the form that is saved so that the build can be found after a restart.
 *
 * @param ref ID of the build in the daemon
 * @param site the daemon that runs the build. Saved Pipelines contain the name of this field
 */
public record BegunBuild(String ref, BuildLocation site) implements Serializable {
    public BegunBuild {
        Objects.requireNonNull(ref);
        Objects.requireNonNull(site);
    }
}
