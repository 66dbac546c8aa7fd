// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.connect;

import hudson.model.TaskListener;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import jenkins.scm.api.SCMFile;
import jenkins.scm.api.SCMFileSystem;
import jenkins.scm.api.SCMHead;
import jenkins.scm.api.SCMRevision;
import jenkins.scm.api.SCMSource;

/**
 * Warns about commits with files in Git LFS. A daemon fetches the commit with Git alone, so that the image would have
 * the pointers in place of these files, and nothing would fail.
 */
final class GitLfs {
    private static final Logger LOGGER = Logger.getLogger(GitLfs.class.getName());
    private static final String ATTRIBUTES = ".gitattributes";
    private static final Pattern FILTER = Pattern.compile("(?m)^[ \\t]*[^#\\s].*[ \\t]filter=lfs(?:\\s|$)");
    private static final int MOST_BYTES = 1 << 20;

    private GitLfs() {}

    /**
     * Prints a warning if the attributes of the tree's root, or of a folder on the way to the context, name the filter
     * of Git LFS. Branch sources whose files cannot be read without a checkout are not examined.
     *
     * @param context path of the build context within the tree
     */
    static void warn(SCMSource source, SCMHead head, SCMRevision revision, String context, TaskListener listener)
            throws InterruptedException {
        try (SCMFileSystem files = SCMFileSystem.of(source, head, revision)) {
            if (files != null && isUsed(files, context)) {
                listener.getLogger()
                        .println("WARNING: the repository has files in Git LFS, which the daemon does not fetch: the"
                                + " image gets their pointers. Select 'Check out the sources on an agent' in the"
                                + " project, and add 'Git LFS pull after checkout' to its branch source");
            }
        } catch (IOException | RuntimeException e) {
            // The daemon says why it cannot fetch the commit.
            LOGGER.log(Level.FINE, e, () -> "the attributes of " + head.getName() + " cannot be read");
        }
    }

    private static boolean isUsed(SCMFileSystem files, String context) throws IOException, InterruptedException {
        SCMFile folder = files.getRoot();
        if (isUsed(folder)) {
            return true;
        }
        for (String name : context.isEmpty() ? new String[0] : context.split("/")) {
            folder = folder.child(name);
            if (isUsed(folder)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isUsed(SCMFile folder) throws IOException, InterruptedException {
        SCMFile attributes = folder.child(ATTRIBUTES);
        if (!attributes.isFile()) {
            return false;
        }
        try (InputStream content = attributes.content()) {
            return FILTER.matcher(new String(content.readNBytes(MOST_BYTES), StandardCharsets.UTF_8))
                    .find();
        }
    }
}
