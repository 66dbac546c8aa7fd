// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

/** Removes logins from the URLs of git repositories, which become public as labels and attestations of images. */
public final class RepositoryUrl {
    private RepositoryUrl() {}

    /**
     * Removes the login from a URL. With SSH, the user is a part of the address and is kept without a password. In
     * other URLs, the user belongs to the login, and the query may contain a token. The path may contain an at sign.
     */
    public static String withoutLogin(String url) {
        if (!url.contains("://")) {
            return url;
        }
        return url.contains("ssh://")
                ? url.replaceFirst("://([^/:@]*):[^/]*@", "://$1@")
                : url.replaceFirst("://[^/]*@", "://").replaceFirst("[?#].*", "");
    }
}
