// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.io.Serializable;
import java.util.Objects;

/**
 * The reason of a failed build, as parsed from the daemon's error message. The client can explain a reason better than
 * the daemon, because the client has the files of the build.
 */
public sealed interface FailureReason extends Serializable {
    /**
     * The command of a {@code RUN} instruction failed.
     *
     * @param exitCode exit code in the daemon's message
     * @param rest remainder of the daemon's message; empty if there is none
     */
    record Command(String exitCode, String rest) implements FailureReason {
        public Command {
            Objects.requireNonNull(exitCode);
            Objects.requireNonNull(rest);
        }
    }

    /**
     * A file that {@code COPY}, {@code ADD} or a mount refers to does not exist.
     *
     * @param source stage, image or context that does not contain the file, as {@code from} names it; empty for the
     *     build context
     * @param path path of the file, relative to the source
     */
    record NoFile(String source, String path) implements FailureReason {
        public NoFile {
            Objects.requireNonNull(source);
            Objects.requireNonNull(path);
        }
    }

    /**
     * The target is not a stage of the Dockerfile.
     *
     * @param name name of the target
     */
    record NoStage(String name) implements FailureReason {
        public NoStage {
            Objects.requireNonNull(name);
        }
    }

    /**
     * A base image does not support the platform.
     *
     * @param image name of the base image
     */
    record NoPlatform(String image) implements FailureReason {
        public NoPlatform {
            Objects.requireNonNull(image);
        }
    }

    /**
     * A git repository does not have the branch, tag or commit.
     *
     * @param reference name of the branch or tag, or the commit
     */
    record NoReference(String reference) implements FailureReason {
        public NoReference {
            Objects.requireNonNull(reference);
        }
    }

    /**
     * A git repository cannot be fetched.
     *
     * @param address address of the repository
     * @param words error message of git
     */
    record NoRepository(String address, String words) implements FailureReason {
        public NoRepository {
            Objects.requireNonNull(address);
            Objects.requireNonNull(words);
        }
    }

    /**
     * The submodules of a git repository cannot be fetched.
     *
     * @param address address of the repository
     * @param words error message of git
     */
    record NoSubmodules(String address, String words) implements FailureReason {
        public NoSubmodules {
            Objects.requireNonNull(address);
            Objects.requireNonNull(words);
        }
    }
}
