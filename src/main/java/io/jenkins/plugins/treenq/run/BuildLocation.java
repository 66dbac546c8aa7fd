// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import java.io.Serializable;
import java.util.Objects;

/**
 * The location of a build, in the form that is saved for a restart.
 *
 * @param builder name of the builder
 * @param address address of the daemon, one of the builder's addresses
 */
public record BuildLocation(String builder, String address) implements Serializable {
    public BuildLocation {
        Objects.requireNonNull(builder);
        Objects.requireNonNull(address);
    }
}
