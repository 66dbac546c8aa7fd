// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import java.io.Serializable;
import java.util.Objects;

/**
 * Where a build runs, as it is remembered over a restart.
 *
 * @param builder its name
 * @param address of the daemon among the builder's
 */
public record Site(String builder, String address) implements Serializable {
    public Site {
        Objects.requireNonNull(builder);
        Objects.requireNonNull(address);
    }
}
