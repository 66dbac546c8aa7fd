// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.parameters;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.Util;
import hudson.model.AbstractProject;
import hudson.model.Item;
import hudson.util.FormValidation;
import java.util.ArrayDeque;
import java.util.Deque;

/** Paths that forms have of files in a workspace, which is elsewhere: nothing is known but how they are written. */
public final class WorkspacePath {
    private WorkspacePath() {}

    /**
     * What a form says of a path. A step of a Pipeline may run in a folder of the workspace, and reach what is beside
     * it.
     */
    public static FormValidation check(@CheckForNull Item item, @CheckForNull String value) {
        return check(item, "", value);
    }

    /** @param start what the path is relative to, itself relative to the workspace */
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
