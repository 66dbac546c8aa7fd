// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import java.io.Serializable;

/**
 * The location of a build as earlier versions of the plugin saved it with a Pipeline. It is only read, and becomes a
 * {@link BuildLocation}.
 */
record Site(String builder, String address) implements Serializable {
    private Object readResolve() {
        return new BuildLocation(builder, address);
    }
}
