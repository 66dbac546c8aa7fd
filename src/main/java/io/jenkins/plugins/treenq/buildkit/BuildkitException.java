// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

/**
 * Something that kept a build from succeeding. The message is one line for the person who started it: what happened and
 * what to do. There is a subclass only where that person does something different.
 *
 * <p>Much of a message comes from others. It is kept to its line, and from saying anything to a terminal, here.
 */
public abstract sealed class BuildkitException extends Exception {
    private static final long serialVersionUID = 1;

    private BuildkitException(String message, Throwable cause) {
        super(oneLine(message), cause);
    }

    private static String oneLine(String text) {
        return text.strip()
                .replaceAll("\\s*\\v\\s*", " ")
                .codePoints()
                .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE ? '\uFFFD' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /** The request makes no sense; nothing was sent. */
    public static final class InvalidRequestException extends BuildkitException {
        private static final long serialVersionUID = 1;

        public InvalidRequestException(String message) {
            super(message, null);
        }

        public InvalidRequestException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** Nobody answers at the daemon's address, or somebody who is no BuildKit daemon, or one that is too old. */
    public static final class UnreachableException extends BuildkitException {
        private static final long serialVersionUID = 1;

        public UnreachableException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** Daemon and client do not trust each other's certificates. */
    public static final class TlsRefusedException extends BuildkitException {
        private static final long serialVersionUID = 1;

        public TlsRefusedException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** The daemon or the connection to it went away during a build. */
    public static final class ConnectionLostException extends BuildkitException {
        private static final long serialVersionUID = 1;

        public ConnectionLostException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** A registry refused or could not be reached. */
    public static final class RegistryRefusedException extends BuildkitException {
        private static final long serialVersionUID = 1;

        private final boolean unfinishedPush;

        public RegistryRefusedException(String message, Throwable cause) {
            this(message, cause, false);
        }

        /** @param unfinishedPush see {@link #isUnfinishedPush} */
        public RegistryRefusedException(String message, Throwable cause, boolean unfinishedPush) {
            super(message, cause);
            this.unfinishedPush = unfinishedPush;
        }

        /**
         * Whether the image was built, and its push broke off for a reason that passes: the registry was gone, or had
         * too much to do. The daemon's cache has everything for another try.
         */
        public boolean isUnfinishedPush() {
            return unfinishedPush;
        }
    }

    /** A file of the context cannot be sent as it is. */
    public static final class ContextUnreadableException extends BuildkitException {
        private static final long serialVersionUID = 1;

        public ContextUnreadableException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** A result cannot be kept on this side: no permission, a full disk. */
    public static final class OutputUnwritableException extends BuildkitException {
        private static final long serialVersionUID = 1;

        public OutputUnwritableException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** The daemon itself is in trouble, such as a full disk. */
    public static final class DaemonFailedException extends BuildkitException {
        private static final long serialVersionUID = 1;

        public DaemonFailedException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** The build as written does not succeed: a step, the Dockerfile, a base image. */
    public static final class BuildFailedException extends BuildkitException {
        private static final long serialVersionUID = 1;

        private final SourceLocation location;
        private final int exitCode;
        private final FailureReason reason;

        /**
         * @param location null when it is about no place in the Dockerfile
         * @param exitCode of the failed process, or -1
         */
        public BuildFailedException(String message, SourceLocation location, int exitCode, Throwable cause) {
            this(message, location, exitCode, null, cause);
        }

        /** @param reason null when it is not known */
        public BuildFailedException(
                String message, SourceLocation location, int exitCode, FailureReason reason, Throwable cause) {
            super(message, cause);
            this.location = location;
            this.exitCode = exitCode;
            this.reason = reason;
        }

        /** Null when it is about no place in the Dockerfile. */
        public SourceLocation location() {
            return location;
        }

        /** Null when it is not known. */
        public FailureReason reason() {
            return reason;
        }

        /** Of the failed process, or -1. */
        public int exitCode() {
            return exitCode;
        }
    }
}
