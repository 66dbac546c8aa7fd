// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.forge;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.TaskListener;
import hudson.plugins.git.BranchSpec;
import hudson.plugins.git.GitSCM;
import hudson.plugins.git.UserRemoteConfig;
import hudson.scm.SCM;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jenkins.plugins.git.AbstractGitSCMSource;
import jenkins.scm.api.SCMFile;
import jenkins.scm.api.SCMHead;
import jenkins.scm.api.SCMHeadCategory;
import jenkins.scm.api.SCMHeadEvent;
import jenkins.scm.api.SCMHeadObserver;
import jenkins.scm.api.SCMHeadOrigin;
import jenkins.scm.api.SCMProbe;
import jenkins.scm.api.SCMProbeStat;
import jenkins.scm.api.SCMRevision;
import jenkins.scm.api.SCMSource;
import jenkins.scm.api.SCMSourceCriteria;
import jenkins.scm.api.SCMSourceDescriptor;
import jenkins.scm.api.mixin.ChangeRequestCheckoutStrategy;
import jenkins.scm.api.mixin.ChangeRequestSCMHead2;
import jenkins.scm.api.mixin.TagSCMHead;
import jenkins.scm.impl.ChangeRequestSCMHeadCategory;
import jenkins.scm.impl.TagSCMHeadCategory;
import jenkins.scm.impl.UncategorizedSCMHeadCategory;
import org.jenkinsci.Symbol;
import org.jenkinsci.plugins.variant.OptionalExtension;
import org.kohsuke.stapler.DataBoundConstructor;

/**
 * The branches, tags and change requests of a repository. Change request {@code n} of somebody who may push is the ref
 * {@code refs/pull/n/head}, and one from outside is {@code refs/outside/n/head}.
 */
public final class ForgeSource extends SCMSource {
    private static final Pattern REF = Pattern.compile(
            "(?<hash>[0-9a-f]+) (?<ref>refs/(?<kind>heads|tags|pull|outside)/(?<name>.+?)(?<head>/head)?)");

    private final String url;
    private final String folder;
    private final String credentialsId;

    @DataBoundConstructor
    public ForgeSource(String url, String folder, @CheckForNull String credentialsId) {
        this.url = url;
        this.folder = folder;
        this.credentialsId = credentialsId;
    }

    public String getUrl() {
        return url;
    }

    public String getFolder() {
        return folder;
    }

    @CheckForNull
    public String getCredentialsId() {
        return credentialsId;
    }

    /** A tag of the repository. */
    static final class Tag extends SCMHead implements TagSCMHead {
        private static final long serialVersionUID = 1;

        Tag(String name) {
            super(name);
        }

        @Override
        public long getTimestamp() {
            // The tags are as old as Jenkins expects new ones to be.
            return System.currentTimeMillis();
        }
    }

    /** A change request. */
    static final class ChangeRequest extends SCMHead implements ChangeRequestSCMHead2 {
        private static final long serialVersionUID = 1;

        private final String number;
        private final boolean outside;

        ChangeRequest(String number, boolean outside) {
            super("PR-" + number);
            this.number = number;
            this.outside = outside;
        }

        @NonNull
        @Override
        public ChangeRequestCheckoutStrategy getCheckoutStrategy() {
            return ChangeRequestCheckoutStrategy.HEAD;
        }

        @NonNull
        @Override
        public String getOriginName() {
            return "patch-" + number;
        }

        @NonNull
        @Override
        public String getId() {
            return number;
        }

        @NonNull
        @Override
        public SCMHead getTarget() {
            return new SCMHead("main");
        }

        @NonNull
        @Override
        public SCMHeadOrigin getOrigin() {
            return outside ? new SCMHeadOrigin.Fork("somebody") : SCMHeadOrigin.DEFAULT;
        }

        boolean isOutside() {
            return outside;
        }
    }

    private static SCMHead head(Matcher ref) {
        return switch (ref.group("kind")) {
            case "heads" -> new SCMHead(ref.group("name") + (ref.group("head") == null ? "" : "/head"));
            case "tags" -> new Tag(ref.group("name"));
            default -> new ChangeRequest(ref.group("name"), ref.group("kind").equals("outside"));
        };
    }

    private static String ref(SCMHead head) {
        if (head instanceof ChangeRequest change) {
            return "refs/" + (change.isOutside() ? "outside" : "pull") + "/" + change.getId() + "/head";
        }
        return (head instanceof Tag ? "refs/tags/" : "refs/heads/") + head.getName();
    }

    @Override
    protected void retrieve(
            @CheckForNull SCMSourceCriteria criteria,
            @NonNull SCMHeadObserver observer,
            @CheckForNull SCMHeadEvent<?> event,
            @NonNull TaskListener listener)
            throws IOException, InterruptedException {
        String refs = git(
                "for-each-ref",
                "--format=%(if)%(*objectname)%(then)%(*objectname)%(else)%(objectname)%(end)" + " %(refname)");
        for (String line : refs.lines().toList()) {
            Matcher ref = REF.matcher(line);
            if (!observer.isObserving() || !ref.matches()) {
                continue;
            }
            listener.getLogger().println("    Checking " + ref.group("ref"));
            if (criteria == null || criteria.isHead(new Probe(ref.group("name"), ref.group("hash")), listener)) {
                SCMHead head = head(ref);
                observer.observe(head, new AbstractGitSCMSource.SCMRevisionImpl(head, ref.group("hash")));
            }
        }
    }

    @NonNull
    @Override
    public SCMRevision getTrustedRevision(@NonNull SCMRevision revision, @NonNull TaskListener listener)
            throws IOException, InterruptedException {
        if (revision.getHead() instanceof ChangeRequest change && change.isOutside()) {
            return new AbstractGitSCMSource.SCMRevisionImpl(
                    change.getTarget(), git("rev-parse", ref(change.getTarget())));
        }
        return revision;
    }

    @NonNull
    @Override
    public SCM build(@NonNull SCMHead head, @CheckForNull SCMRevision revision) {
        String name = revision instanceof AbstractGitSCMSource.SCMRevisionImpl commit ? commit.getHash() : ref(head);
        UserRemoteConfig remote =
                new UserRemoteConfig(url, "origin", "+" + ref(head) + ":refs/remotes/origin/head", credentialsId);
        return new GitSCM(List.of(remote), List.of(new BranchSpec(name)), null, null, List.of());
    }

    @Override
    protected boolean isCategoryEnabled(@NonNull SCMHeadCategory category) {
        return true;
    }

    private String git(String... arguments) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of("git", "--git-dir", Path.of(folder).toString()));
        command.addAll(List.of(arguments));
        Process git = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String output = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
        if (git.waitFor() != 0) {
            throw new IOException("git failed: " + command);
        }
        return output;
    }

    /** Looks for files of a commit. */
    private final class Probe extends SCMProbe {
        private static final long serialVersionUID = 1;

        private final String name;
        private final transient String commit;

        Probe(String name, String commit) {
            this.name = name;
            this.commit = commit;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public long lastModified() {
            return 0;
        }

        @NonNull
        @Override
        public SCMProbeStat stat(@NonNull String path) throws IOException {
            try {
                boolean file = git("ls-tree", commit, "--", path).contains(" blob ");
                return SCMProbeStat.fromType(file ? SCMFile.Type.REGULAR_FILE : SCMFile.Type.NONEXISTENT);
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    /** Kinds of branches. */
    @OptionalExtension
    @Symbol("forgeRepository")
    public static final class DescriptorImpl extends SCMSourceDescriptor {
        @NonNull
        @Override
        public String getDisplayName() {
            return "Repository of a forge";
        }

        @NonNull
        @Override
        protected SCMHeadCategory[] createCategories() {
            return new SCMHeadCategory[] {
                UncategorizedSCMHeadCategory.DEFAULT, ChangeRequestSCMHeadCategory.DEFAULT, TagSCMHeadCategory.DEFAULT
            };
        }
    }
}
