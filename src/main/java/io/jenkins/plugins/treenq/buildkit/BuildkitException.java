// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A failure that keeps a build, or another operation of the client, from succeeding. The message is one line for the
 * person who started the build and says what happened and what to do. There is a subclass only where that person does
 * something different.
 *
 * <p>Much of a message comes from daemons and registries. The constructor therefore joins the message to one line and
 * replaces control characters, so that a message cannot forge lines of a log or send escape sequences to a terminal.
 */
public abstract sealed class BuildkitException extends Exception {
    private static final long serialVersionUID = 1;

    private static final Pattern LINE_BREAK = Pattern.compile("\\v");

    private BuildkitException(String message, Throwable cause) {
        super(oneLine(message), cause);
    }

    /** Joins a text to one line, and replaces its control characters. */
    public static String oneLine(String text) {
        return joined(text)
                .codePoints()
                .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE ? '\uFFFD' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /** Joins the lines of a text, without the blank ones. The time is proportional to the length of the text. */
    public static String joined(String text) {
        return LINE_BREAK
                .splitAsStream(text)
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .collect(Collectors.joining(" "));
    }

    /** The request is invalid. The client detected the error before sending the request. */
    public static final class InvalidRequestException extends BuildkitException {
        private static final long serialVersionUID = 1;

        public InvalidRequestException(String message) {
            super(message, null);
        }

        public InvalidRequestException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** No BuildKit daemon answers at the daemon's address, or the daemon is too old. */
    public static final class UnreachableException extends BuildkitException {
        private static final long serialVersionUID = 1;

        public UnreachableException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** The daemon and the client do not accept each other's certificates. */
    public static final class TlsRefusedException extends BuildkitException {
        private static final long serialVersionUID = 1;

        public TlsRefusedException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * The daemon was lost during a build: its connection or its session ended, or it is shutting down. The build itself
     * has not failed and can be started again.
     */
    public static final class ConnectionLostException extends BuildkitException {
        private static final long serialVersionUID = 1;

        public ConnectionLostException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** The client cancelled the build. */
    public static final class BuildCancelledException extends BuildkitException {
        private static final long serialVersionUID = 1;

        public BuildCancelledException() {
            super("the build was canceled by this client", null);
        }
    }

    /** A registry refused a request or could not be reached. */
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
         * Returns whether the image was built and its push failed for a temporary reason, such as an overloaded or
         * unreachable registry. The build can be repeated: the daemon's cache has all results.
         */
        public boolean isUnfinishedPush() {
            return unfinishedPush;
        }
    }

    /** A file of the build context cannot be sent. */
    public static final class ContextUnreadableException extends BuildkitException {
        private static final long serialVersionUID = 1;

        public ContextUnreadableException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * A result cannot be written on the client's machine, for example because of missing permissions or a full disk.
     */
    public static final class OutputUnwritableException extends BuildkitException {
        private static final long serialVersionUID = 1;

        public OutputUnwritableException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** The daemon itself failed, for example because its disk is full. */
    public static final class DaemonFailedException extends BuildkitException {
        private static final long serialVersionUID = 1;

        private final boolean storageFailed;

        public DaemonFailedException(String message, Throwable cause) {
            this(message, cause, false);
        }

        /** @param storageFailed see {@link #isStorageFailed} */
        public DaemonFailedException(String message, Throwable cause, boolean storageFailed) {
            super(message, cause);
            this.storageFailed = storageFailed;
        }

        /**
         * Returns whether the daemon's disk is full or broken, or its cache is incomplete, so that another daemon may
         * be able to execute the build.
         */
        public boolean isStorageFailed() {
            return storageFailed;
        }
    }

    /** The build failed because of a build step, the Dockerfile or a base image. */
    public static final class BuildFailedException extends BuildkitException {
        private static final long serialVersionUID = 1;

        private final SourceLocation location;
        private final int exitCode;
        private final FailureReason reason;

        /**
         * @param location location in the Dockerfile; null if the failure has none
         * @param exitCode exit code of the failed process; -1 if no process failed
         */
        public BuildFailedException(String message, SourceLocation location, int exitCode, Throwable cause) {
            this(message, location, exitCode, null, cause);
        }

        /** @param reason reason of the failure; null if it is unknown */
        public BuildFailedException(
                String message, SourceLocation location, int exitCode, FailureReason reason, Throwable cause) {
            super(message, cause);
            this.location = location;
            this.exitCode = exitCode;
            this.reason = reason;
        }

        /** Returns the location in the Dockerfile; null if the failure has none. */
        public SourceLocation location() {
            return location;
        }

        /** Returns the reason of the failure; null if it is unknown. */
        public FailureReason reason() {
            return reason;
        }

        /** Returns the exit code of the failed process; -1 if no process failed. */
        public int exitCode() {
            return exitCode;
        }
    }
}
