// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.metadata;

import java.time.Instant;
import java.time.ZoneOffset;

/** The values of expressions in a build. */
final class OriginValues implements Template.Values {
    private static final String ISO = "YYYY-MM-DDTHH:mm:ss.SSS[Z]";

    private final BuildOrigin origin;

    OriginValues(BuildOrigin origin) {
        this.origin = origin;
    }

    @Override
    public String of(Template.Expression expression) {
        return switch (expression.name()) {
            case "branch" -> orEmpty(origin.branch());
            case "tag" -> orEmpty(origin.tag());
            case "sha" -> origin.shortCommit();
            case "base_ref" -> origin.baseRef();
            case "is_default_branch" -> Boolean.toString(origin.isDefaultBranch());
            case "is_not_default_branch" -> Boolean.toString(!origin.isDefaultBranch());
            case TemplateNames.DATE -> format(origin.date(), expression);
            case TemplateNames.COMMIT_DATE -> format(origin.commitDate(), expression);
            default -> throw new IllegalStateException("there is no expression " + expression.name());
        };
    }

    String iso(Instant instant) {
        return MomentFormat.format(instant.atZone(ZoneOffset.UTC), ISO);
    }

    private static String format(Instant instant, Template.Expression date) {
        return MomentFormat.format(instant.atZone(date.zone()), date.format());
    }

    private static String orEmpty(String text) {
        return text == null ? "" : text;
    }
}
