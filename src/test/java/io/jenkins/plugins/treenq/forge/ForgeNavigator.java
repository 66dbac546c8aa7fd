// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.forge;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Util;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import jenkins.scm.api.SCMNavigator;
import jenkins.scm.api.SCMNavigatorDescriptor;
import jenkins.scm.api.SCMSourceObserver;
import org.jenkinsci.Symbol;
import org.jenkinsci.plugins.variant.OptionalExtension;
import org.kohsuke.stapler.DataBoundConstructor;

/** An organization: all repositories of a folder. */
public final class ForgeNavigator extends SCMNavigator {
    private static final String SUFFIX = ".git";

    private final String url;
    private final String folder;
    private final String credentialsId;

    /**
     * @param url address of the folder on its Git server
     * @param folder path of the same folder on this machine
     */
    @DataBoundConstructor
    public ForgeNavigator(String url, String folder, @CheckForNull String credentialsId) {
        this.url = url;
        this.folder = folder;
        this.credentialsId = Util.fixEmpty(credentialsId);
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

    @NonNull
    @Override
    protected String id() {
        return url;
    }

    @Override
    public void visitSources(@NonNull SCMSourceObserver observer) throws IOException, InterruptedException {
        try (DirectoryStream<Path> repositories = Files.newDirectoryStream(Path.of(folder), "*" + SUFFIX)) {
            for (Path repository : repositories) {
                String name = repository.getFileName().toString();
                SCMSourceObserver.ProjectObserver project =
                        observer.observe(name.substring(0, name.length() - SUFFIX.length()));
                ForgeSource source = new ForgeSource(url + name, repository.toString(), credentialsId);
                source.setId(name);
                project.addSource(source);
                project.complete();
            }
        }
    }

    /** Name of organizations. */
    @OptionalExtension
    @Symbol("forge")
    public static final class DescriptorImpl extends SCMNavigatorDescriptor {
        @NonNull
        @Override
        public String getDisplayName() {
            return "Forge";
        }

        @CheckForNull
        @Override
        public SCMNavigator newInstance(@CheckForNull String name) {
            return null;
        }
    }
}
