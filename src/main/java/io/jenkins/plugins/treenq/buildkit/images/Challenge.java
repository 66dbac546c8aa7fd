// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A challenge of a server, which names an authentication method (RFC 9110, section 11.6.1).
 *
 * @param scheme the authentication scheme in lower case
 * @param parameters the parameters by their names in lower case
 */
record Challenge(String scheme, Map<String, String> parameters) {
    private static final int LONGEST = 8 * 1024;
    private static final Pattern PART = Pattern.compile("[\\s,]*+(?<name>[\\w!#$%&'*+.^`|~-]++)"
            + "(?:\\s*+=\\s*+(?:\"(?<quoted>(?:[^\"\\\\]++|\\\\.)*+)\"|(?<bare>[^\\s,\"]++)))?+");

    /** Parses the challenges of all {@code WWW-Authenticate} headers, in their order. Malformed parts are skipped. */
    static List<Challenge> parse(List<String> headers) {
        List<Challenge> challenges = new ArrayList<>();
        for (String header : headers) {
            if (header.length() <= LONGEST) {
                parse(header, challenges);
            }
        }
        return challenges;
    }

    private static void parse(String header, List<Challenge> challenges) {
        Matcher part = PART.matcher(header);
        Challenge current = null;
        while (part.lookingAt()) {
            String name = part.group("name").toLowerCase(Locale.ROOT);
            String quoted = part.group("quoted");
            String value = quoted == null ? part.group("bare") : quoted.replaceAll("\\\\(.)", "$1");
            if (value == null) {
                current = new Challenge(name, new HashMap<>());
                challenges.add(current);
            } else if (current != null) {
                current.parameters().put(name, value);
            }
            part.region(part.end(), header.length());
        }
    }

    String parameter(String name) {
        return parameters.getOrDefault(name, "");
    }
}
