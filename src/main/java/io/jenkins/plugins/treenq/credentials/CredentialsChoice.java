// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.credentials;

import com.cloudbees.jenkins.plugins.sshcredentials.SSHUserPrivateKey;
import com.cloudbees.plugins.credentials.CredentialsMatcher;
import com.cloudbees.plugins.credentials.CredentialsMatchers;
import com.cloudbees.plugins.credentials.CredentialsProvider;
import com.cloudbees.plugins.credentials.common.StandardCertificateCredentials;
import com.cloudbees.plugins.credentials.common.StandardCredentials;
import com.cloudbees.plugins.credentials.common.StandardListBoxModel;
import com.cloudbees.plugins.credentials.common.StandardUsernamePasswordCredentials;
import com.cloudbees.plugins.credentials.domains.DomainRequirement;
import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.Util;
import hudson.model.Item;
import hudson.model.ItemGroup;
import hudson.model.Queue;
import hudson.model.queue.Tasks;
import hudson.security.ACL;
import hudson.util.ListBoxModel;
import java.util.List;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.docker.commons.credentials.DockerServerCredentials;
import org.jenkinsci.plugins.plaincredentials.FileCredentials;
import org.jenkinsci.plugins.plaincredentials.StringCredentials;

/** The credentials that a form offers. A user who is not permitted to see them is offered the current value only. */
public final class CredentialsChoice {
    private CredentialsChoice() {}

    /**
     * Returns the client certificates for a configuration.
     *
     * @param owner scope of the configuration; null if the user is not permitted to see the credentials
     */
    public static ListBoxModel certificates(@CheckForNull ItemGroup<?> owner, @CheckForNull String current) {
        return in(
                owner,
                StandardCredentials.class,
                Requirements.docker(),
                CredentialsMatchers.anyOf(
                        CredentialsMatchers.instanceOf(DockerServerCredentials.class),
                        CredentialsMatchers.instanceOf(StandardCertificateCredentials.class)),
                current);
    }

    /** Returns the logins for a registry in a configuration; see {@link #certificates}. */
    public static ListBoxModel logins(
            @CheckForNull ItemGroup<?> owner, @CheckForNull String host, @CheckForNull String current) {
        return in(
                owner,
                StandardUsernamePasswordCredentials.class,
                Requirements.registry(host),
                CredentialsMatchers.always(),
                current);
    }

    /**
     * Returns the logins for registries in a job's form, or in a form without a job, which only administrators can use.
     */
    public static ListBoxModel logins(@CheckForNull Item item, @CheckForNull String current) {
        return forJob(item, StandardUsernamePasswordCredentials.class, CredentialsMatchers.always(), current);
    }

    /** Returns the credentials that can be a build secret: texts, files and passwords. */
    public static ListBoxModel secrets(@CheckForNull Item item, @CheckForNull String current) {
        return forJob(
                item,
                StandardCredentials.class,
                CredentialsMatchers.anyOf(
                        CredentialsMatchers.instanceOf(StringCredentials.class),
                        CredentialsMatchers.instanceOf(FileCredentials.class),
                        CredentialsMatchers.instanceOf(StandardUsernamePasswordCredentials.class)),
                current);
    }

    /** Returns the private SSH keys. */
    public static ListBoxModel sshKeys(@CheckForNull Item item, @CheckForNull String current) {
        return forJob(item, SSHUserPrivateKey.class, CredentialsMatchers.always(), current);
    }

    /** Returns the credentials with which a daemon can fetch files. */
    public static ListBoxModel remotes(@CheckForNull Item item, @CheckForNull String current) {
        return forJob(
                item,
                StandardCredentials.class,
                CredentialsMatchers.anyOf(
                        CredentialsMatchers.instanceOf(StandardUsernamePasswordCredentials.class),
                        CredentialsMatchers.instanceOf(StringCredentials.class),
                        CredentialsMatchers.instanceOf(SSHUserPrivateKey.class)),
                current);
    }

    private static ListBoxModel forJob(
            @CheckForNull Item item,
            Class<? extends StandardCredentials> type,
            CredentialsMatcher matcher,
            @CheckForNull String current) {
        if (item == null) {
            Jenkins all = Jenkins.get().hasPermission(Jenkins.ADMINISTER) ? Jenkins.get() : null;
            return in(all, type, List.of(), matcher, current);
        }
        StandardListBoxModel offer = new StandardListBoxModel();
        offer.includeEmptyValue();
        if (item.hasPermission(Item.EXTENDED_READ) || item.hasPermission(CredentialsProvider.USE_ITEM)) {
            offer.includeMatchingAs(
                    item instanceof Queue.Task task ? Tasks.getAuthenticationOf2(task) : ACL.SYSTEM2,
                    item,
                    type,
                    List.of(),
                    matcher);
        }
        return offer.includeCurrentValue(Util.fixNull(current));
    }

    private static ListBoxModel in(
            @CheckForNull ItemGroup<?> owner,
            Class<? extends StandardCredentials> type,
            List<DomainRequirement> requirements,
            CredentialsMatcher matcher,
            @CheckForNull String current) {
        StandardListBoxModel offer = new StandardListBoxModel();
        offer.includeEmptyValue();
        if (owner != null) {
            offer.includeMatchingAs(ACL.SYSTEM2, owner, type, requirements, matcher);
        }
        return offer.includeCurrentValue(Util.fixNull(current));
    }
}
