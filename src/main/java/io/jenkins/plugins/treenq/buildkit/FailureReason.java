// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.io.Serializable;
import java.util.Objects;

/** Why a build failed, as far as the daemon's words tell; whoever has the files can say more of it than the daemon. */
public sealed interface FailureReason extends Serializable {
    /**
     * A command of {@code RUN} failed.
     *
     * @param exitCode as the daemon has it
     * @param rest what the daemon adds, or empty
     */
    record Command(String exitCode, String rest) implements FailureReason {
        public Command {
            Objects.requireNonNull(exitCode);
            Objects.requireNonNull(rest);
        }
    }

    /**
     * A file that {@code COPY}, {@code ADD} or a mount names is not there.
     *
     * @param source the stage, image or context that it should be in, as {@code from} names it; empty for the build's
     *     context
     * @param path below the source
     */
    record NoFile(String source, String path) implements FailureReason {
        public NoFile {
            Objects.requireNonNull(source);
            Objects.requireNonNull(path);
        }
    }

    /**
     * The stage to build is not there.
     *
     * @param name as it was asked for
     */
    record NoStage(String name) implements FailureReason {
        public NoStage {
            Objects.requireNonNull(name);
        }
    }

    /**
     * A base image is not there for the platform.
     *
     * @param image its name
     */
    record NoPlatform(String image) implements FailureReason {
        public NoPlatform {
            Objects.requireNonNull(image);
        }
    }

    /**
     * A git repository has no such branch, tag or commit.
     *
     * @param reference as it was asked for
     */
    record NoReference(String reference) implements FailureReason {
        public NoReference {
            Objects.requireNonNull(reference);
        }
    }

    /**
     * A git repository cannot be fetched.
     *
     * @param address of the repository
     * @param words git's own
     */
    record NoRepository(String address, String words) implements FailureReason {
        public NoRepository {
            Objects.requireNonNull(address);
            Objects.requireNonNull(words);
        }
    }
}
