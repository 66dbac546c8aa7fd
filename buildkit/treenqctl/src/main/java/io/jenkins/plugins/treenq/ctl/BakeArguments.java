// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import io.jenkins.plugins.treenq.buildkit.bake.BakePaths;
import java.util.List;

/**
 * The arguments of {@code bake}: {@code [ADDRESS [CONTEXT]] [TARGET…]} ({@code bakeArgs} in buildx'
 * {@code commands/bake.go}).
 *
 * @param address address of a remote definition; null if the files are in the working folder
 * @param context the value of the variable BAKE_CMD_CONTEXT
 * @param targets names and patterns of targets
 */
record BakeArguments(String address, String context, List<String> targets) {
    static BakeArguments of(List<String> arguments) {
        int addresses = 0;
        while (addresses < 2 && addresses < arguments.size() && BakePaths.isRemote(arguments.get(addresses))) {
            addresses++;
        }
        List<String> targets = arguments.subList(addresses, arguments.size());
        return new BakeArguments(
                addresses > 0 ? arguments.get(0) : null,
                addresses > 1 ? arguments.get(1) : BakePaths.WORKING_FOLDER,
                targets.isEmpty() ? List.of("default") : List.copyOf(targets));
    }
}
