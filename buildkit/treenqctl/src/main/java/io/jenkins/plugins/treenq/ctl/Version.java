// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import picocli.CommandLine.IVersionProvider;

/** Provides the version in the manifest of the jar. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        String version = Treenqctl.class.getPackage().getImplementationVersion();
        return new String[] {"treenqctl " + (version == null ? "(not packaged)" : version)};
    }
}
