// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.report;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.treenq.buildkit.Lint;
import io.jenkins.plugins.treenq.buildkit.Outline;
import io.jenkins.plugins.treenq.buildkit.SourceLocation;
import io.jenkins.plugins.treenq.buildkit.Target;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jenkinsci.plugins.scriptsecurity.sandbox.whitelists.Whitelisted;

/** What a frontend says of a Dockerfile without building it, as Jenkinsfiles have it. */
public final class DockerfileCheck implements Serializable {
    private static final long serialVersionUID = 1;

    private final ArrayList<Warning> warnings = new ArrayList<>();
    private final ArrayList<Stage> targets = new ArrayList<>();
    private final ArrayList<Argument> args = new ArrayList<>();
    private final ArrayList<String> secrets = new ArrayList<>();
    private final ArrayList<String> ssh = new ArrayList<>();

    /** @param outline of the target that was asked for */
    public DockerfileCheck(Lint lint, List<Target> targets, Outline outline) {
        lint.warnings().forEach(warning -> warnings.add(new Warning(warning)));
        targets.forEach(target -> this.targets.add(new Stage(target)));
        outline.args().forEach(arg -> args.add(new Argument(arg)));
        outline.secrets().forEach(mount -> secrets.add(mount.id()));
        outline.ssh().forEach(mount -> ssh.add(mount.id()));
    }

    /** Rules that are broken. */
    @Whitelisted
    public List<Warning> getWarnings() {
        return Collections.unmodifiableList(warnings);
    }

    /** Stages that can be built. */
    @Whitelisted
    public List<Stage> getTargets() {
        return Collections.unmodifiableList(targets);
    }

    /** Build arguments of the target. */
    @Whitelisted
    public List<Argument> getArgs() {
        return Collections.unmodifiableList(args);
    }

    /** Ids of the secrets that steps of the target mount. */
    @Whitelisted
    public List<String> getSecrets() {
        return Collections.unmodifiableList(secrets);
    }

    /** Ids of the SSH agents that steps of the target mount. */
    @Whitelisted
    public List<String> getSsh() {
        return Collections.unmodifiableList(ssh);
    }

    private static String file(@CheckForNull SourceLocation location) {
        return location == null ? null : location.file();
    }

    private static int line(@CheckForNull SourceLocation location) {
        return location == null ? 0 : location.line();
    }

    /** A rule that is broken. */
    public static final class Warning implements Serializable {
        private static final long serialVersionUID = 1;

        private final String rule;
        private final String text;
        private final String description;
        private final String url;
        private final String file;
        private final int line;

        Warning(Lint.Warning warning) {
            rule = warning.rule();
            text = warning.detail();
            description = warning.description();
            url = warning.url();
            file = DockerfileCheck.file(warning.location());
            line = DockerfileCheck.line(warning.location());
        }

        /** Name of the rule, such as {@code StageNameCasing}. */
        @Whitelisted
        public String getRule() {
            return rule;
        }

        /** What breaks it here. */
        @Whitelisted
        public String getText() {
            return text;
        }

        /** What the rule wants, in general. */
        @Whitelisted
        public String getDescription() {
            return description;
        }

        /** Of the rule's description, or empty. */
        @Whitelisted
        public String getUrl() {
            return url;
        }

        /** Null when it is about no place. */
        @CheckForNull
        @Whitelisted
        public String getFile() {
            return file;
        }

        /** Counts from 1; 0 when it is about no place. */
        @Whitelisted
        public int getLine() {
            return line;
        }

        @Override
        public String toString() {
            return (file == null ? "" : file + ":" + line + ": ") + rule + ": " + text
                    + (url.isEmpty() ? "" : " (" + url + ")");
        }
    }

    /** A stage that can be built. */
    public static final class Stage implements Serializable {
        private static final long serialVersionUID = 1;

        private final String name;
        private final String description;
        private final String base;
        private final String platform;
        private final boolean last;

        Stage(Target target) {
            name = target.name();
            description = target.description();
            base = target.base();
            platform = target.platform();
            last = target.isDefault();
        }

        /** Empty for a stage without one. */
        @Whitelisted
        public String getName() {
            return name;
        }

        /** The comment above it. */
        @Whitelisted
        public String getDescription() {
            return description;
        }

        /** Image or stage that it begins with. */
        @Whitelisted
        public String getBase() {
            return base;
        }

        /** That it is fixed to, or empty. */
        @Whitelisted
        public String getPlatform() {
            return platform;
        }

        /** Whether it is built when no target is given. */
        @Whitelisted
        public boolean isDefault() {
            return last;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** A build argument. */
    public static final class Argument implements Serializable {
        private static final long serialVersionUID = 1;

        private final String name;
        private final String description;
        private final String value;

        Argument(Outline.Arg arg) {
            name = arg.name();
            description = arg.description();
            value = arg.value();
        }

        @Whitelisted
        public String getName() {
            return name;
        }

        /** The comment above it. */
        @Whitelisted
        public String getDescription() {
            return description;
        }

        /** That it has in this build, or empty. */
        @Whitelisted
        public String getValue() {
            return value;
        }

        @Override
        public String toString() {
            return name;
        }
    }
}
