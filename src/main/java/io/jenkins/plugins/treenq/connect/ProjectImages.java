// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.connect;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import hudson.XmlFile;
import hudson.security.ACL;
import hudson.security.ACLContext;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.branch.Branch;
import jenkins.branch.MultiBranchProject;
import jenkins.branch.OrganizationFolder;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.multibranch.BranchJobProperty;

/**
 * The images of a multibranch project: which image was built of which commit, and which branch each tag belongs to.
 * They are stored in a file of the project, which is moved with the project and outlives the jobs of branches that are
 * gone.
 */
final class ProjectImages {
    private static final Logger LOGGER = Logger.getLogger(ProjectImages.class.getName());
    private static final String FILE = "treenq-branches.xml";
    private static final int MOST_COMMITS = 1000;
    private static final String BRANCH = "branch ";
    private static final String ALL_TAGS = "tags";

    /** Held while a file is changed. Changes are rare and short, so that one lock for all projects is enough. */
    private static final Object CHANGES = new Object();

    private final MultiBranchProject<?, ?> project;

    private ProjectImages(MultiBranchProject<?, ?> project) {
        this.project = project;
    }

    static ProjectImages of(MultiBranchProject<?, ?> project) {
        return new ProjectImages(project);
    }

    /** The content of the file. */
    private static final class Content {
        /** References of images by commit and hash of the settings, the oldest first. */
        private final Map<String, String> images = new LinkedHashMap<>();

        /** Names of branches by tag. */
        private final Map<String, String> owners = new TreeMap<>();
    }

    /** Returns the reference of the image that was built of a commit; empty if the file cannot be read. */
    Optional<String> imageOf(CommitImage key) {
        if (key.commit() == null) {
            return Optional.empty();
        }
        try {
            return Optional.ofNullable(read().images.get(text(key)));
        } catch (AbortException e) {
            // The file was logged when it was read.
            return Optional.empty();
        }
    }

    /** Records the image of a commit. A failure is only written to the log of Jenkins, because the image exists. */
    void built(CommitImage key, String reference) {
        if (key.commit() == null) {
            return;
        }
        try {
            change(content -> {
                content.images.remove(text(key));
                content.images.put(text(key), reference);
                while (content.images.size() > MOST_COMMITS) {
                    content.images.remove(content.images.keySet().iterator().next());
                }
                return null;
            });
        } catch (IOException e) {
            LOGGER.log(Level.WARNING, e, () -> "the image " + reference + " cannot be recorded");
        }
    }

    /**
     * Makes the tags those of a branch. All tags of the repository together own their tags, because newer versions take
     * over tags such as {@code latest}.
     *
     * @param image name of the image, which all the tags have
     * @throws AbortException if another branch, or another project of the organization folder, has one of the tags, or
     *     if it is unknown because a file cannot be read; the message says which
     */
    void claim(String image, List<String> tags, BranchCommit commit) throws IOException {
        String owner = owner(commit);
        List<ProjectImages> namesakes = namesakes(image);
        change(content -> {
            for (ProjectImages other : namesakes) {
                other.requireNone(tags);
            }
            for (String tag : tags) {
                String other = content.owners.get(tag);
                if (other != null && !other.equals(owner) && exists(other)) {
                    throw new AbortException("the tag " + tag + " belongs to '" + name(other) + "', and '"
                            + commit.branch() + "' results in the same tag; rename one of them, or change the rules for"
                            + " tags of the project");
                }
            }
            tags.forEach(tag -> content.owners.put(tag, owner));
            return null;
        });
    }

    /**
     * Returns the images of the other projects of the organization folder whose images have the same name. Different
     * names of repositories can result in one name, and people who can push to one repository, or can create one, may
     * not push to the other.
     */
    private List<ProjectImages> namesakes(String image) {
        if (!(project.getParent() instanceof OrganizationFolder folder)) {
            return List.of();
        }
        // The build may run as somebody who does not see the other projects.
        try (ACLContext ignored = ACL.as2(ACL.SYSTEM2)) {
            return folder.getItems().stream()
                    .filter(other -> !other.getFullName().equals(project.getFullName()) && hasImage(other, image))
                    .map(ProjectImages::of)
                    .toList();
        }
    }

    private static boolean hasImage(MultiBranchProject<?, ?> project, String image) {
        try {
            return project.getProjectFactory() instanceof DockerfileBranchProjectFactory factory
                    && ImagePattern.expand(factory.getSettings().getImage(), project)
                            .equals(image);
        } catch (AbortException e) {
            return false;
        }
    }

    /** @throws AbortException if a branch of this project has one of the tags, or if the file cannot be read */
    private void requireNone(List<String> tags) throws AbortException {
        Map<String, String> owners = read().owners;
        for (String tag : tags) {
            String owner = owners.get(tag);
            if (owner != null && exists(owner)) {
                throw new AbortException("the tag " + tag + " belongs to '" + project.getDisplayName()
                        + "', whose images have the same name; rename one of the repositories, or give their images"
                        + " different names");
            }
        }
    }

    /** Removes the tags of a branch from the list of tags in use, and returns them. */
    List<String> release(String branch) throws IOException {
        return change(content -> {
            List<String> tags = new ArrayList<>();
            content.owners.forEach((tag, owner) -> {
                if (owner.equals(BRANCH + branch)) {
                    tags.add(tag);
                }
            });
            tags.forEach(content.owners::remove);
            return tags;
        });
    }

    private static String owner(BranchCommit commit) {
        return commit.isTag() ? ALL_TAGS : BRANCH + commit.branch();
    }

    private static String name(String owner) {
        return owner.equals(ALL_TAGS) ? "the tags of the repository" : owner.substring(BRANCH.length());
    }

    private boolean exists(String owner) {
        return owner.equals(ALL_TAGS) || exists(project, owner.substring(BRANCH.length()));
    }

    /** Tells whether a branch, a tag or a change request with this name is in the repository. */
    static boolean exists(MultiBranchProject<?, ?> project, String name) {
        // The build may run as somebody who does not see all branches.
        try (ACLContext ignored = ACL.as2(ACL.SYSTEM2)) {
            return project.getItems().stream()
                    .map(job -> job instanceof WorkflowJob branch ? branch.getProperty(BranchJobProperty.class) : null)
                    .anyMatch(property -> property != null
                            && !(property.getBranch() instanceof Branch.Dead)
                            && property.getBranch().getName().equals(name));
        }
    }

    private static String text(CommitImage key) {
        return key.commit() + " " + key.settings();
    }

    private interface Change<T> {
        @CheckForNull
        T in(Content content) throws IOException;
    }

    private <T> T change(Change<T> change) throws IOException {
        synchronized (CHANGES) {
            Content content = read();
            T result = change.in(content);
            file().write(content);
            return result;
        }
    }

    /**
     * Returns the content; an empty one if there is no file.
     *
     * @throws AbortException if the file cannot be read. The file is then not written either: with an empty content, a
     *     branch could take over the tags of another one
     */
    private Content read() throws AbortException {
        XmlFile file = file();
        Exception cause = null;
        try {
            if (!file.exists()) {
                return new Content();
            }
            if (file.read() instanceof Content content && content.images != null && content.owners != null) {
                return content;
            }
        } catch (IOException | RuntimeException e) {
            cause = e;
        }
        LOGGER.log(Level.WARNING, cause, () -> file + " cannot be read");
        throw new AbortException("the file " + FILE + " of the project '" + project.getFullName()
                + "', which says which branch each tag belongs to, cannot be read; restore the file in the folder of"
                + " the project on the controller, or delete it, so that each tag belongs to the branch that is built"
                + " next");
    }

    private XmlFile file() {
        return new XmlFile(Jenkins.XSTREAM2, new File(project.getRootDir(), FILE));
    }
}
