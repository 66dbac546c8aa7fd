// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.keyfiles;

import java.io.IOException;
import java.io.InputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.sshd.common.NamedResource;
import org.apache.sshd.common.config.keys.FilePasswordProvider;
import org.apache.sshd.common.config.keys.loader.pem.ECDSAPEMResourceKeyPairParser;
import org.apache.sshd.common.session.SessionContext;
import org.apache.sshd.common.util.io.der.DERParser;

/** Parses the older EC format (RFC 5915). The public key in this format is optional, but the library requires it. */
final class EcParser extends ECDSAPEMResourceKeyPairParser {
    @Override
    public Collection<KeyPair> extractKeyPairs(
            SessionContext session,
            NamedResource resource,
            String begin,
            String end,
            FilePasswordProvider passphrase,
            InputStream stream,
            Map<String, String> headers)
            throws IOException, GeneralSecurityException {
        try (DERParser file = new DERParser(stream);
                DERParser key = file.readObject().createParser()) {
            return List.of(new KeyPair(
                    null,
                    KeyFactory.getInstance("EC")
                            .generatePrivate(decodeECPrivateKeySpec(null, key).getKey())));
        }
    }
}
