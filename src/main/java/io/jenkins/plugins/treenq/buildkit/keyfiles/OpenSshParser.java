// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.keyfiles;

import io.jenkins.plugins.treenq.buildkit.keys.Ed25519Keys;
import java.io.IOException;
import java.io.InputStream;
import java.io.StreamCorruptedException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.EdECPublicKey;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.sshd.common.NamedResource;
import org.apache.sshd.common.config.keys.FilePasswordProvider;
import org.apache.sshd.common.config.keys.KeyEntryResolver;
import org.apache.sshd.common.config.keys.PrivateKeyEntryDecoder;
import org.apache.sshd.common.config.keys.UnsupportedSshPublicKey;
import org.apache.sshd.common.config.keys.loader.openssh.OpenSSHKdfOptions;
import org.apache.sshd.common.config.keys.loader.openssh.OpenSSHKeyPairResourceParser;
import org.apache.sshd.common.config.keys.loader.openssh.OpenSSHParserContext;
import org.apache.sshd.common.session.SessionContext;

/**
 * Parses OpenSSH's own format ({@code PROTOCOL.key}). The library decrypts the key and parses all types except Ed25519,
 * for which it would need another library. This class parses Ed25519 keys with the JDK.
 */
final class OpenSshParser extends OpenSSHKeyPairResourceParser {
    static final String ED25519 = "ssh-ed25519";

    /** Checks the number of keys before the library reads it, because the library allocates a list of that size. */
    @Override
    protected OpenSSHKdfOptions resolveKdfOptions(
            SessionContext session,
            NamedResource resource,
            String begin,
            String end,
            InputStream stream,
            Map<String, String> headers)
            throws IOException, GeneralSecurityException {
        OpenSSHKdfOptions options = super.resolveKdfOptions(session, resource, begin, end, stream, headers);
        stream.mark(Integer.BYTES);
        if (KeyEntryResolver.decodeInt(stream) != 1) {
            throw new StreamCorruptedException("not exactly one key");
        }
        stream.reset();
        return options;
    }

    /**
     * Skips the public key of the file, of which only the type is used. The public key is computed from the private
     * key, because it is not encrypted in the file.
     */
    @Override
    protected PublicKey readPublicKey(
            SessionContext session,
            NamedResource resource,
            OpenSSHParserContext context,
            InputStream stream,
            Map<String, String> headers)
            throws IOException, GeneralSecurityException {
        byte[] blob = KeyEntryResolver.readRLEBytes(stream, MAX_PUBLIC_KEY_DATA_SIZE);
        return new UnsupportedSshPublicKey("not read", blob);
    }

    @Override
    protected List<KeyPair> readPrivateKeys(
            SessionContext session,
            NamedResource resource,
            OpenSSHParserContext context,
            Collection<? extends PublicKey> publicKeys,
            FilePasswordProvider passphrase,
            InputStream stream)
            throws IOException, GeneralSecurityException {
        // The two check values are equal if the passphrase is right.
        if (KeyEntryResolver.decodeInt(stream) != KeyEntryResolver.decodeInt(stream)) {
            throw new StreamCorruptedException("the check values differ");
        }
        String type = KeyEntryResolver.decodeString(stream, MAX_KEY_TYPE_NAME_LENGTH);
        PrivateKey key = type.equals(ED25519) ? ed25519(stream) : other(session, type, passphrase, stream);
        // The comment of the file. The agent shows the name that the build's author chose.
        KeyEntryResolver.decodeString(stream, MAX_KEY_COMMENT_LENGTH);
        for (int padding = 1, next = stream.read(); next >= 0; padding++, next = stream.read()) {
            if (next != (padding & 0xff)) {
                throw new StreamCorruptedException("the padding is wrong");
            }
        }
        return List.of(new KeyPair(null, key));
    }

    /** Reads the public key, and a string of the seed followed by the public key. */
    private static PrivateKey ed25519(InputStream stream) throws IOException, GeneralSecurityException {
        byte[] publicKey = KeyEntryResolver.readRLEBytes(stream, Ed25519Keys.SEED_BYTES);
        byte[] both = KeyEntryResolver.readRLEBytes(stream, 2 * Ed25519Keys.SEED_BYTES);
        KeyPair pair = Ed25519Keys.fromSeed(Arrays.copyOf(both, Ed25519Keys.SEED_BYTES));
        if (!Arrays.equals(publicKey, Ed25519Keys.publicBytes((EdECPublicKey) pair.getPublic()))) {
            throw new StreamCorruptedException("the public key does not belong to the private key");
        }
        return pair.getPrivate();
    }

    private static PrivateKey other(
            SessionContext session, String type, FilePasswordProvider passphrase, InputStream stream)
            throws IOException, GeneralSecurityException {
        if (type.equals("ssh-dss")) {
            throw new UnusableKeyException(UnusableKeyException.DSA);
        }
        if (type.startsWith("sk-")) {
            throw new UnusableKeyException("it needs a hardware security key for each signature;"
                    + " make another key with 'ssh-keygen -t ed25519'");
        }
        PrivateKeyEntryDecoder<?, ?> decoder = getPrivateKeyEntryDecoder(type);
        if (decoder == null) {
            throw new UnusableKeyException("its type is not supported; use an RSA, ECDSA or Ed25519 key");
        }
        return decoder.decodePrivateKey(session, type, passphrase, stream);
    }
}
