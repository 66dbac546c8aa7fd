// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import io.jenkins.plugins.treenq.buildkit.SshKey;
import io.jenkins.plugins.treenq.buildkit.keyfiles.PassphraseMissingException;
import io.jenkins.plugins.treenq.buildkit.keyfiles.PrivateKeyReader;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;

/**
 * Reads the private keys that options name. Like buildctl, treenqctl has no option for a passphrase, which would be
 * visible in the list of processes.
 */
final class OptionKey {
    private static final char[] NO_PASSPHRASE = {};

    private OptionKey() {}

    /** Reads the key of a TLS client certificate. */
    static String tls(Path file) throws IOException {
        String text = OptionFile.text(file);
        try {
            return PrivateKeyReader.pkcs8(text, NO_PASSPHRASE);
        } catch (PassphraseMissingException e) {
            throw encrypted(file, "write a copy without one with 'openssl pkey -in <key> -out <copy>'");
        } catch (GeneralSecurityException e) {
            throw unusable(file, e);
        }
    }

    /** Reads a key for an SSH agent, with the path of the file as its comment. */
    static SshKey ssh(Path file) throws IOException {
        String text = OptionFile.text(file);
        try {
            return PrivateKeyReader.sshKey(text, NO_PASSPHRASE, file.toString());
        } catch (PassphraseMissingException e) {
            throw encrypted(
                    file,
                    "load the key into ssh-agent with ssh-add, and use the agent with --ssh default=$SSH_AUTH_SOCK");
        } catch (GeneralSecurityException e) {
            throw unusable(file, e);
        }
    }

    private static IOException encrypted(Path file, String remedy) {
        return new IOException("the key " + file + " is encrypted, and no option takes a passphrase; " + remedy);
    }

    private static IOException unusable(Path file, GeneralSecurityException reason) {
        return new IOException("the key " + file + " cannot be used: " + reason.getMessage());
    }
}
