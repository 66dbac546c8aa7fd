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

/** The result of checking a Dockerfile without building it. Jenkinsfiles read this class. */
public final class DockerfileCheck implements Serializable {
    private static final long serialVersionUID = 1;

    private final ArrayList<Warning> warnings = new ArrayList<>();
    private final ArrayList<Stage> targets = new ArrayList<>();
    private final ArrayList<Argument> args = new ArrayList<>();
    private final ArrayList<String> secrets = new ArrayList<>();
    private final ArrayList<String> ssh = new ArrayList<>();

    /** @param outline outline of the requested target */
    public DockerfileCheck(Lint lint, List<Target> targets, Outline outline) {
        lint.warnings().forEach(warning -> warnings.add(new Warning(warning)));
        targets.forEach(target -> this.targets.add(new Stage(target)));
        outline.args().forEach(arg -> args.add(new Argument(arg)));
        outline.secrets().forEach(mount -> secrets.add(mount.id()));
        outline.ssh().forEach(mount -> ssh.add(mount.id()));
    }

    /** Returns the violations of rules. */
    @Whitelisted
    public List<Warning> getWarnings() {
        return Collections.unmodifiableList(warnings);
    }

    /** Returns the stages that can be built. */
    @Whitelisted
    public List<Stage> getTargets() {
        return Collections.unmodifiableList(targets);
    }

    /** Returns the build arguments of the target. */
    @Whitelisted
    public List<Argument> getArgs() {
        return Collections.unmodifiableList(args);
    }

    /** Returns the IDs of the secrets that instructions of the target mount. */
    @Whitelisted
    public List<String> getSecrets() {
        return Collections.unmodifiableList(secrets);
    }

    /** Returns the IDs of the SSH agents that instructions of the target mount. */
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

    /** A violation of a rule. */
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

        /** Returns the name of the rule, such as {@code StageNameCasing}. */
        @Whitelisted
        public String getRule() {
            return rule;
        }

        /** Returns the description of this violation. */
        @Whitelisted
        public String getText() {
            return text;
        }

        /** Returns the general description of the rule. */
        @Whitelisted
        public String getDescription() {
            return description;
        }

        /** Returns the URL of the rule's documentation; empty if there is none. */
        @Whitelisted
        public String getUrl() {
            return url;
        }

        /** Returns the name of the file; null if the violation has no location. */
        @CheckForNull
        @Whitelisted
        public String getFile() {
            return file;
        }

        /** Returns the number of the line, which counts from 1; 0 if the violation has no location. */
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

        /** Returns the name of the stage; empty if the stage has no name. */
        @Whitelisted
        public String getName() {
            return name;
        }

        /** Returns the comment above the stage in the Dockerfile. */
        @Whitelisted
        public String getDescription() {
            return description;
        }

        /** Returns the image or the stage that {@code FROM} names. */
        @Whitelisted
        public String getBase() {
            return base;
        }

        /** Returns the platform that {@code FROM} specifies; empty if there is none. */
        @Whitelisted
        public String getPlatform() {
            return platform;
        }

        /** Tells whether this stage is built if no target is given. */
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

        /** Returns the comment above the argument in the Dockerfile. */
        @Whitelisted
        public String getDescription() {
            return description;
        }

        /** Returns the value of the argument in this build; empty if there is none. */
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
