// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.parameters;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.Util;
import hudson.model.AbstractProject;
import hudson.model.Item;
import hudson.util.FormValidation;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Validates the paths of files in a workspace. The workspace is on an agent, therefore only the syntax of the paths is
 * checked.
 */
public final class WorkspacePath {
    private WorkspacePath() {}

    /**
     * Validates a path. A path that leaves the current folder is an error in a freestyle job and a warning in a
     * Pipeline, whose steps can run in a subfolder of the workspace.
     */
    public static FormValidation check(@CheckForNull Item item, @CheckForNull String value) {
        return check(item, "", value);
    }

    /** @param start folder that the path is relative to; this folder is relative to the workspace */
    public static FormValidation check(
            @CheckForNull Item item, @CheckForNull String start, @CheckForNull String value) {
        String folder = Util.fixNull(start).trim();
        String path = Util.fixNull(value).trim();
        if (!LineList.mayConfigure(item) || path.contains("$") || folder.contains("$")) {
            return FormValidation.ok();
        }
        if (isAbsolute(path) || isAbsolute(folder)) {
            return isAbsolute(path)
                    ? FormValidation.warning(Messages.WorkspacePath_absolute(path))
                    : FormValidation.ok();
        }
        if (!isOutside(folder + "/" + path)) {
            return FormValidation.ok();
        }
        return item instanceof AbstractProject
                ? FormValidation.error(Messages.WorkspacePath_outside(path))
                : FormValidation.warning(Messages.WorkspacePath_outsideOfFolder(path));
    }

    private static boolean isAbsolute(String path) {
        return path.startsWith("/") || path.startsWith("\\") || path.matches("[A-Za-z]:.*");
    }

    private static boolean isOutside(String path) {
        Deque<String> folders = new ArrayDeque<>();
        for (String name : path.split("[/\\\\]")) {
            if (name.equals("..") && folders.poll() == null) {
                return true;
            }
            if (!name.isEmpty() && !name.equals(".") && !name.equals("..")) {
                folders.push(name);
            }
        }
        return false;
    }
}
