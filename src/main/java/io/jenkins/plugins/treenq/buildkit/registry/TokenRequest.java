// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.registry;

import java.net.URI;
import java.util.List;

/**
 * The token that the daemon requests ({@code session/auth/auth.proto}).
 *
 * @param host the registry's host, as the daemon connects to it
 * @param realm the address of the token server that the registry named
 * @param service the name of the registry for the token server
 * @param scopes the scopes, such as {@code repository:org/app:pull}
 * @param clientId the name of this client for the token server
 */
public record TokenRequest(String host, URI realm, String service, List<String> scopes, String clientId) {
    public TokenRequest {
        scopes = List.copyOf(scopes);
    }
}
