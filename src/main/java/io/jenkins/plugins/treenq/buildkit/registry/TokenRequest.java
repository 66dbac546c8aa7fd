// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.registry;

import java.net.URI;
import java.util.List;

/**
 * What the daemon wants a token for ({@code session/auth/auth.proto}).
 *
 * @param host the registry's, as the daemon talks to it
 * @param realm where the registry says that tokens are to be had
 * @param service by which the token server knows the registry
 * @param scopes such as {@code repository:org/app:pull}
 * @param clientId by which the token server knows us
 */
public record TokenRequest(String host, URI realm, String service, List<String> scopes, String clientId) {
    public TokenRequest {
        scopes = List.copyOf(scopes);
    }
}
