// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.keyfiles;

import io.jenkins.plugins.treenq.buildkit.SshKey;
import io.jenkins.plugins.treenq.buildkit.keys.Pkcs8Keys;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPrivateKeySpec;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.sshd.common.NamedResource;
import org.apache.sshd.common.cipher.ECCurves;
import org.apache.sshd.common.config.keys.loader.AbstractKeyPairResourceParser;
import org.apache.sshd.common.config.keys.loader.openssh.kdf.BCryptKdfOptions;
import org.apache.sshd.common.config.keys.loader.pem.RSAPEMResourceKeyPairParser;

/**
 * Reads a private key in the formats that ssh-keygen and openssl write: OpenSSH's own format, PKCS#8, and the older RSA
 * and EC formats, each with or without a passphrase. Text around the key and the kind of line endings are ignored.
 *
 * <p>The message of every exception is one line that says what is wrong with the key and what to do. It never contains
 * any part of the key or of the passphrase. Therefore no exception of the library is used as a cause.
 */
public final class PrivateKeyReader {
    private static final int MAX_CHARACTERS = 256 << 10;

    private static final Pattern BEGIN = Pattern.compile("-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----");
    private static final Pattern OLD_ENCRYPTION = Pattern.compile("DEK-Info:\\s*([A-Za-z0-9-]+)");
    private static final Pattern OLD_CIPHER = Pattern.compile("AES-(128|192|256)-CBC|DES-EDE3-CBC");
    private static final Pattern PUBLIC_KEY = Pattern.compile(
            "-----BEGIN [A-Z0-9 ]*PUBLIC KEY-----|---- BEGIN SSH2 PUBLIC KEY ----|^(ssh|ecdsa|sk)-[a-z0-9@.-]+ AAAA",
            Pattern.MULTILINE);

    /** The name of the resource, which the library writes to exceptions and logs. */
    private static final NamedResource RESOURCE = NamedResource.ofName("a private key");

    private final char[] passphrase;
    private boolean encrypted;

    private PrivateKeyReader(char[] passphrase) {
        this.passphrase = passphrase;
    }

    /**
     * Reads a key for an SSH agent.
     *
     * @param text the text of the key file
     * @param passphrase the passphrase; empty for none. It is ignored if the key is not encrypted
     * @param comment the comment by which the agent lists the key
     * @throws PassphraseMissingException if the key is encrypted and the passphrase is empty
     * @throws GeneralSecurityException if the text has no usable key
     */
    public static SshKey sshKey(String text, char[] passphrase, String comment) throws GeneralSecurityException {
        PrivateKey key = read(text, passphrase);
        try {
            return new SshKey(Pkcs8Keys.format(key), SshPublicKeys.of(key), comment);
        } catch (UnusableKeyException e) {
            throw new GeneralSecurityException(e.getMessage());
        } catch (GeneralSecurityException | RuntimeException e) {
            throw new GeneralSecurityException(UnusableKeyException.DAMAGED);
        }
    }

    /**
     * Reads a key and returns it as unencrypted PKCS#8 in PEM, for a TLS client.
     *
     * @param text the text of the key file
     * @param passphrase the passphrase; empty for none. It is ignored if the key is not encrypted
     * @throws PassphraseMissingException if the key is encrypted and the passphrase is empty
     * @throws GeneralSecurityException if the text has no usable key
     */
    public static String pkcs8(String text, char[] passphrase) throws GeneralSecurityException {
        return Pkcs8Keys.format(read(text, passphrase));
    }

    static PrivateKey read(String text, char[] passphrase) throws GeneralSecurityException {
        if (text.length() > MAX_CHARACTERS) {
            throw new GeneralSecurityException("it is too large for a private key");
        }
        return new PrivateKeyReader(passphrase).key(text);
    }

    private PrivateKey key(String text) throws GeneralSecurityException {
        Matcher begin = BEGIN.matcher(text);
        if (!begin.find()) {
            throw new GeneralSecurityException(whatItIs(text));
        }
        String label = begin.group(1);
        int end = text.indexOf("-----END " + label + "-----", begin.end());
        if (end < 0) {
            throw new GeneralSecurityException("its last line is missing: -----END " + label + "-----");
        }
        String body = text.substring(begin.end(), end);
        try {
            return canonical(parse(label, body));
        } catch (UnusableKeyException e) {
            throw new GeneralSecurityException(e.getMessage());
        } catch (BCryptKdfOptions.BCryptBadRoundsException e) {
            throw new GeneralSecurityException(
                    "decrypting it requires more than " + BCryptKdfOptions.getMaxAllowedRounds() + " rounds of bcrypt;"
                            + " write a copy with fewer, such as 100, with 'ssh-keygen -p -a 100 -f <copy>'");
        } catch (NoSuchAlgorithmException e) {
            throw new GeneralSecurityException(unknownCipher(label));
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            if (encrypted && passphrase.length == 0) {
                throw new PassphraseMissingException();
            }
            throw new GeneralSecurityException(
                    encrypted
                            ? "the passphrase is wrong, or the key is damaged; check the passphrase"
                            : UnusableKeyException.DAMAGED);
        }
    }

    /**
     * Returns the same key as a key of the JDK, on a named curve. The library may return a key of any provider in the
     * JVM.
     */
    private static PrivateKey canonical(PrivateKey key) throws GeneralSecurityException {
        if (key instanceof RSAPrivateCrtKey) {
            return (PrivateKey) KeyFactory.getInstance("RSA").translateKey(key);
        }
        if (key instanceof ECPrivateKey ec) {
            return KeyFactory.getInstance("EC").generatePrivate(new ECPrivateKeySpec(ec.getS(), named(ec.getParams())));
        }
        return key;
    }

    /**
     * Returns the named curve with the same parameters. The library identifies curves by their size alone, which other
     * curves have, too.
     */
    private static ECParameterSpec named(ECParameterSpec curve) throws UnusableKeyException {
        return ECCurves.VALUES.stream()
                .map(ECCurves::getParameters)
                .filter(known -> known.getCurve().equals(curve.getCurve())
                        && known.getGenerator().equals(curve.getGenerator()))
                .findFirst()
                .orElseThrow(() -> new UnusableKeyException("its curve is not supported; use P-256, P-384 or P-521"));
    }

    private PrivateKey parse(String label, String body) throws IOException, GeneralSecurityException {
        return switch (label) {
            case "PRIVATE KEY" -> usable(base64(body));
            case "ENCRYPTED PRIVATE KEY" -> {
                requirePassphrase();
                yield usable(EncryptedPkcs8.decrypt(base64(body), passphrase));
            }
            case "RSA PRIVATE KEY" -> pem(RSAPEMResourceKeyPairParser.INSTANCE, label, body);
            case "EC PRIVATE KEY" -> pem(new EcParser(), label, body);
            case "OPENSSH PRIVATE KEY" -> only(new OpenSshParser(), label, base64(body));
            case "DSA PRIVATE KEY" -> throw new UnusableKeyException(UnusableKeyException.DSA);
            default ->
                throw new UnusableKeyException(
                        "its format is unknown; write a copy in OpenSSH's format with 'ssh-keygen -p -f <copy>'");
        };
    }

    private PrivateKey usable(byte[] pkcs8) throws GeneralSecurityException {
        try {
            return Pkcs8Keys.parse(pkcs8);
        } catch (GeneralSecurityException e) {
            // With a wrong passphrase, the decryption may succeed by chance and yield an invalid key.
            if (encrypted) {
                throw e;
            }
            throw new UnusableKeyException(e.getMessage());
        }
    }

    /** Parses the older RSA and EC formats, whose headers name the encryption. */
    private PrivateKey pem(AbstractKeyPairResourceParser parser, String label, String body)
            throws IOException, GeneralSecurityException {
        Matcher encryption = OLD_ENCRYPTION.matcher(body);
        if (!encryption.find()) {
            return only(parser, label, base64(body));
        }
        if (!OLD_CIPHER.matcher(encryption.group(1)).matches()) {
            throw new NoSuchAlgorithmException();
        }
        return parser.extractKeyPairs(
                        null,
                        RESOURCE,
                        label,
                        label,
                        this::passphrase,
                        body.lines().toList(),
                        Map.of())
                .iterator()
                .next()
                .getPrivate();
    }

    /** Parses a key from a stream. If the library gets bytes or lines instead, it logs a copy at its finest level. */
    private PrivateKey only(AbstractKeyPairResourceParser parser, String label, byte[] bytes)
            throws IOException, GeneralSecurityException {
        return parser.extractKeyPairs(
                        null, RESOURCE, label, label, this::passphrase, new ByteArrayInputStream(bytes), Map.of())
                .iterator()
                .next()
                .getPrivate();
    }

    /** Returns the passphrase. The library calls this method if the key is encrypted. */
    private String passphrase(Object session, NamedResource resource, int attempt) throws IOException {
        encrypted = true;
        return new String(passphrase);
    }

    private void requirePassphrase() throws PassphraseMissingException {
        encrypted = true;
        if (passphrase.length == 0) {
            throw new PassphraseMissingException();
        }
    }

    private static byte[] base64(String body) {
        return Base64.getDecoder().decode(body.replaceAll("\\s", ""));
    }

    private static String unknownCipher(String label) {
        return "its encryption is not supported; write a copy with another encryption with "
                + (label.startsWith("OPENSSH")
                        ? "'ssh-keygen -p -Z aes256-ctr -f <copy>'"
                        : "'openssl pkcs8 -topk8 -v2 aes256 -in <key> -out <copy>'");
    }

    private static String whatItIs(String text) {
        if (text.contains("PuTTY-User-Key-File-")) {
            return "it is in PuTTY's own format; export it in PuTTYgen with Conversions, Export OpenSSH key";
        }
        if (text.contains("BEGIN SSH2 ENCRYPTED PRIVATE KEY")) {
            return "it is in the format of SSH.com; write a copy in OpenSSH's format with 'ssh-keygen -i -f <key>'";
        }
        if (PUBLIC_KEY.matcher(text).find()) {
            return "it is a public key; use the private key that belongs to it";
        }
        if (text.contains("-----BEGIN CERTIFICATE-----")) {
            return "it is a certificate; use the private key that belongs to it";
        }
        return "it is not a private key in PEM format, which begins with a line such as"
                + " -----BEGIN OPENSSH PRIVATE KEY----- or -----BEGIN PRIVATE KEY-----";
    }

    @Override
    public String toString() {
        return "PrivateKeyReader";
    }
}
