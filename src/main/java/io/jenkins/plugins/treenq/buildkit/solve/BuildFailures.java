// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.solve;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.buildkit.FailureReason;
import io.jenkins.plugins.treenq.buildkit.SourceLocation;
import io.jenkins.plugins.treenq.buildkit.transport.ConnectionFailures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Converts errors of the daemon to messages of one line. For most errors the daemon has no codes, so that patterns
 * match the text of its error message. An error that matches no pattern keeps the daemon's text.
 */
public final class BuildFailures {
    /** The error is created in BuildKit's {@code session/manager.go}; the second one is of earlier versions. */
    private static final Pattern SESSION_GONE =
            Pattern.compile("^(?:[^\"]*: )?(?:no active session\\b|session \\w+ not found\\b)");

    /** A response of a registry or a Git server, which contains the text of that server's error. */
    private static final Pattern RESPONSE = Pattern.compile("unexpected status|git (?:stderr|error):");

    /** The error of a base image, which a frontend passes on. A Dockerfile cannot choose the beginning of an error. */
    private static final Pattern RESOLUTION =
            Pattern.compile("^(?:\\S+: )?failed to (?:resolve source metadata|load metadata) for \\S+: ");

    private static final Pattern PUSH = Pattern.compile("failed to push (\\S+?):? ");
    private static final Pattern LOGIN =
            Pattern.compile("401 Unauthorized|authorization failed|failed to authorize|no basic auth credentials");
    private static final Pattern FORBIDDEN =
            Pattern.compile("403 Forbidden|insufficient_scope|\\bdenied\\b", Pattern.CASE_INSENSITIVE);
    private static final Pattern UNKNOWN_CA = Pattern.compile("x509: certificate signed by unknown authority");
    private static final Pattern OTHER_CERTIFICATE = Pattern.compile("x509: |tls: ");
    private static final Pattern NOT_REACHED = Pattern.compile(
            "connection refused|no such host|i/o timeout|no route to host|network is unreachable|connection reset"
                    + "|server misbehaving|server gave HTTP response to HTTPS client|broken pipe|: (unexpected )?EOF$");

    private static final Pattern UNKNOWN_HOST = Pattern.compile("no such host|server misbehaving");
    private static final Pattern REFUSED = Pattern.compile("connection refused");

    private static final Pattern OVERLOADED =
            Pattern.compile("unexpected status.*?: (?:429|5\\d\\d)\\b|toomanyrequests");

    /**
     * Errors of a push to a registry that restarts or loses its connection, in addition to the status codes of
     * {@link #OVERLOADED}.
     */
    private static final Pattern CUT_OFF = Pattern.compile(
            "connection refused|connection reset|broken pipe|i/o timeout|TLS handshake timeout|: (unexpected )?EOF$"
                    + "|use of closed network connection");

    private static final Pattern POLICY = Pattern.compile("source \"([^\"]+)\" (?:denied|not allowed) by policy");
    private static final Pattern BASE_IMAGE =
            Pattern.compile("failed to resolve source metadata for (\\S+?): |failed to load metadata for (\\S+?): ");

    /**
     * The error for an OCI layout of the session that does not have the content
     * ({@code source/containerimage/ocilayout.go}).
     */
    private static final Pattern LAYOUT =
            Pattern.compile("unable to get info about digest: .* content (sha256:[0-9a-f]+): not found");

    private static final Pattern SYNTAX = Pattern.compile("(?:#|//)\\s*syntax\\s*=");

    /** The error is created in BuildKit's {@code cache/remotecache/export.go}. */
    private static final Pattern CACHE_EXPORT = Pattern.compile("^error writing (?:layer|config|manifest) blob: ");

    /**
     * Errors of a registry that this client sent to the daemon in the session ({@code TokenClient},
     * {@code AuthService}).
     */
    private static final Pattern CLIENT_ERROR =
            Pattern.compile("no token for \\S+ from \\S+(?: through the proxy \\S+)?: .*"
                    + "|the login for \\S+ is only used to request tokens .*");

    private static final Pattern UNKNOWN_REQUEST = Pattern.compile("unsupported (?:sub)?request (\\S+)");

    /** The error of a frontend, or of the daemon about a frontend ({@code solver/errdefs/frontendcap.go}). */
    private static final Pattern UNKNOWN_CAPABILITY =
            Pattern.compile("(?:^|: )unsupported frontend capability moby\\.buildkit\\.frontend\\.(\\w+)(?::|$)");

    /** What a frontend without a capability does not support. */
    private static final Map<String, String> CAPABILITIES = Map.of(
            "contexts", "named contexts",
            "inputs", "the results of other targets as contexts",
            "subrequests", "requests about a Dockerfile");

    /**
     * The error is created in BuildKit's {@code solver/llbsolver/ops/exec.go}. The message to the user omits the
     * command, which is in the Dockerfile and in the log.
     */
    private static final Pattern PROCESS = Pattern.compile(
            "^process \".*\" did not complete successfully: exit code: (\\d+)(?:: (.*))?$", Pattern.DOTALL);

    /** The error is created in BuildKit's {@code cache/contenthash/checksum.go}. */
    private static final Pattern NO_FILE =
            Pattern.compile("failed to calculate checksum of ref \\S+: \"/?(.*)\": not found$");

    /** The end of a line that is continued in the next line. The escape character can be a backtick. */
    private static final Pattern CONTINUED = Pattern.compile("[\\\\`][ \\t]*$");

    /** The parts of a path that have no meaning for a path in a stage. */
    private static final Pattern SURROUNDING = Pattern.compile("^[./]*/|/$");

    private static final Pattern NO_STAGE = Pattern.compile("target stage \"(.*)\" could not be found");

    /**
     * The errors are created in BuildKit's {@code source/git/source.go}; the first is of versions before v0.26, the
     * second of v0.26 and newer.
     */
    private static final Pattern NO_REF =
            Pattern.compile("repository does not contain ref (\\S+?),? output: |couldn't find remote ref (\\S+)");

    private static final Pattern GIT = Pattern.compile(
            "failed to fetch remote (\\S+): git (?:stderr|error): .*?(?:fatal|error|ERROR): (.*?)(?: ?: exit "
                    + "status \\d+)?$");

    /** The error contains git's errors of several attempts, of which the first one is used. */
    private static final Pattern SUBMODULES =
            Pattern.compile("failed to update submodules for (\\S+): git (?:stderr|error):"
                    + " .*?(?:fatal|error|ERROR): (.*?)(?: ?: exit status \\d+| (?:fatal|error): .*)?$");

    private BuildFailures() {}

    /** Converts the error of a call that executes a build or a frontend. */
    public static BuildkitException of(StatusRuntimeException failure, Endpoint endpoint) {
        return of(failure.getStatus(), ErrorDetails.of(failure.getTrailers()), endpoint);
    }

    /** Converts the error of an earlier build, from the daemon's history. */
    public static BuildkitException of(com.google.rpc.Status failure, Endpoint endpoint) {
        Status status = Status.fromCodeValue(failure.getCode()).withDescription(failure.getMessage());
        return status.getCode() == Status.Code.CANCELLED
                ? failed("the build was canceled", ErrorDetails.of(failure))
                : of(status, ErrorDetails.of(failure), endpoint);
    }

    /** Returns whether a call failed because its connection to the daemon was lost. */
    static boolean isConnectionLost(Throwable failure) {
        return failure instanceof StatusRuntimeException call
                && isConnectionLost(call.getStatus(), ErrorDetails.of(call.getTrailers()));
    }

    private static boolean isConnectionLost(Status status, ErrorDetails details) {
        return status.getCode() == Status.Code.UNAVAILABLE && !details.typed();
    }

    private static BuildkitException of(Status status, ErrorDetails details, Endpoint endpoint) {
        String text = ConnectionFailures.oneLine(status).replaceFirst("^failed to solve: ", "");
        if (isConnectionLost(status, details)) {
            return ConnectionFailures.lost(endpoint);
        }
        if (status.getCode() == Status.Code.CANCELLED || text.endsWith("context canceled")) {
            return new BuildkitException.ConnectionLostException(
                    endpoint.address() + " canceled the build; it may be shutting down", null);
        }
        if (isOfDaemon(text, details)) {
            Optional<String> storage =
                    StorageFailures.line(text, endpoint.address().toString());
            if (storage.isPresent()) {
                return new BuildkitException.DaemonFailedException(storage.get(), null, true);
            }
            if (SESSION_GONE.matcher(text).find()) {
                return new BuildkitException.ConnectionLostException(
                        endpoint.address() + " lost this build's session; check the network (" + text + ")", null);
            }
        }
        Matcher request = UNKNOWN_REQUEST.matcher(text);
        if (request.find()) {
            return failed(unsupported(request.group(1), text), details);
        }
        String place = details.location() == null || details.location().line() == 0
                ? ""
                : details.location().file() + ":" + details.location().line() + ": ";
        Matcher capability = UNKNOWN_CAPABILITY.matcher(text);
        if (details.exitCode() < 0 && capability.find()) {
            return failed(place + lacking(capability.group(1), text), details);
        }
        Matcher push = PUSH.matcher(text);
        if (push.find()) {
            return new BuildkitException.RegistryRefusedException(
                    registry("cannot push " + push.group(1), text), null, passes(text));
        }
        Matcher policy = POLICY.matcher(text);
        if (policy.find()) {
            return failed(place + "a source policy forbids " + policy.group(1), details);
        }
        if (CACHE_EXPORT.matcher(text).find()) {
            return refused(registry("cannot export the cache; with ignore-error=true, the build would succeed", text));
        }
        Matcher base = BASE_IMAGE.matcher(text);
        if (base.find()) {
            String image = base.group(1) == null ? base.group(2) : base.group(1);
            Matcher layout = LAYOUT.matcher(text);
            if (layout.find()) {
                return failed(
                        place + "the OCI layout of this image does not contain " + layout.group(1)
                                + "; check the digest after oci-layout:// and the folder (" + text + ")",
                        details);
            }
            String kind = kind(details.location(), text);
            if (text.contains("no match for platform")) {
                return failed(
                        place + kind + image + " does not support the requested platform",
                        details,
                        new FailureReason.NoPlatform(image));
            }
            if (text.endsWith("not found") && !NOT_REACHED.matcher(text).find()) {
                return failed(
                        place + kind + image + " does not exist; check its name and tag"
                                + (kind.equals("image ") ? ", or the requested frontend or SBOM scanner" : ""),
                        details);
            }
            return refused(registry(place + "cannot pull " + kind + image, text));
        }
        Matcher own = CLIENT_ERROR.matcher(text);
        return own.find()
                ? refused(place + own.group())
                : failed(place + text, details, reason(text, details.location()));
    }

    private static String lacking(String capability, String text) {
        return capability.equals("gitquerystring")
                ? "this frontend does not support the query of a Git repository's address; write the address as in"
                        + " https://HOST/NAME.git#REF:FOLDER, or update the daemon (" + text + ")"
                : unsupported(CAPABILITIES.getOrDefault(capability, capability), text);
    }

    private static String unsupported(String what, String text) {
        return "this frontend does not support " + what
                + "; use a newer frontend in the Dockerfile's line '# syntax=' (" + text + ")";
    }

    /**
     * Returns whether an error is the daemon's own one: not that of a process, of another server, or of a frontend that
     * refuses a Dockerfile. Those contain texts that others have chosen. An error with a location but without a vertex
     * is one of the frontend, unless the frontend has asked the daemon for an image.
     */
    private static boolean isOfDaemon(String text, ErrorDetails details) {
        return details.exitCode() < 0
                && (details.vertex()
                        || details.location() == null
                        || RESOLUTION.matcher(text).find())
                && !PROCESS.matcher(text).find()
                && !RESPONSE.matcher(text).find();
    }

    /** Returns the reason of a failure; null if the daemon's text matches no pattern. */
    private static FailureReason reason(String text, SourceLocation location) {
        Matcher process = PROCESS.matcher(text);
        if (process.find()) {
            return new FailureReason.Command(process.group(1), process.group(2) == null ? "" : process.group(2));
        }
        Matcher file = NO_FILE.matcher(text);
        if (file.find()) {
            return source(location, file.group(1))
                    .map(source -> new FailureReason.NoFile(source, file.group(1)))
                    .orElse(null);
        }
        Matcher stage = NO_STAGE.matcher(text);
        if (stage.find()) {
            return new FailureReason.NoStage(stage.group(1));
        }
        Matcher ref = NO_REF.matcher(text);
        if (ref.find()) {
            return new FailureReason.NoReference(ref.group(1) == null ? ref.group(2) : ref.group(1));
        }
        Matcher submodules = SUBMODULES.matcher(text);
        if (submodules.find()) {
            return new FailureReason.NoSubmodules(
                    submodules.group(1), submodules.group(2).strip());
        }
        Matcher git = GIT.matcher(text);
        return git.find()
                ? new FailureReason.NoRepository(git.group(1), git.group(2).strip())
                : null;
    }

    /**
     * Returns the stage, image or context from which the instruction takes the file, as {@code from} names it. The
     * value is an empty text for the build context. The result is empty if the instruction has several mounts that can
     * be meant.
     */
    private static Optional<String> source(SourceLocation location, String path) {
        List<Map<String, String>> mounts = new ArrayList<>();
        for (String flag : flags(location)) {
            if (flag.startsWith("--from=")) {
                return Optional.of(flag.substring("--from=".length()));
            }
            if (flag.startsWith("--mount=")) {
                mounts.add(options(flag.substring("--mount=".length())));
            }
        }
        if (mounts.isEmpty()) {
            return Optional.of("");
        }
        List<String> sources = mounts.stream()
                .filter(mount ->
                        mounts.size() == 1 || relative(mountedPath(mount)).equals(relative(path)))
                .map(mount -> mount.getOrDefault("from", ""))
                .distinct()
                .toList();
        return sources.size() == 1 ? Optional.of(sources.get(0)) : Optional.empty();
    }

    /** Returns the flags of the instruction, which precede its other arguments. */
    private static List<String> flags(SourceLocation location) {
        if (location == null) {
            return List.of();
        }
        String instruction = location.linesInRanges().stream()
                .filter(line -> !line.stripLeading().startsWith("#"))
                .map(line -> CONTINUED.matcher(line).replaceFirst(""))
                .collect(Collectors.joining(" "));
        return Arrays.stream(instruction.strip().split("\\s+"))
                .skip(1)
                .takeWhile(word -> word.startsWith("--"))
                .toList();
    }

    private static Map<String, String> options(String mount) {
        Map<String, String> options = new HashMap<>();
        for (String option : mount.split(",")) {
            int sign = option.indexOf('=');
            if (sign > 0) {
                options.put(option.substring(0, sign).toLowerCase(Locale.ROOT), option.substring(sign + 1));
            }
        }
        return options;
    }

    private static String mountedPath(Map<String, String> mount) {
        return mount.getOrDefault("source", mount.getOrDefault("src", ""));
    }

    private static String relative(String path) {
        return SURROUNDING.matcher(path).replaceAll("");
    }

    /**
     * Returns the kind of an image for messages: frontend, base image, or only image. An image that no line of the
     * Dockerfile names is a frontend or an SBOM scanner, which the request names.
     */
    private static String kind(SourceLocation location, String text) {
        if (location == null
                || location.line() < 1
                || location.line() > location.lines().size()) {
            // The daemon's message about a base image starts with the {@code FROM} instruction.
            return text.startsWith("failed to ") ? "image " : "base image ";
        }
        return SYNTAX.matcher(location.lines().get(location.line() - 1)).lookingAt() ? "frontend " : "base image ";
    }

    private static boolean passes(String text) {
        return (OVERLOADED.matcher(text).find() || CUT_OFF.matcher(text).find())
                && !FORBIDDEN.matcher(text).find();
    }

    private static String registry(String what, String text) {
        Matcher own = CLIENT_ERROR.matcher(text);
        if (own.find()) {
            return what + ": " + own.group();
        }
        String line;
        if (UNKNOWN_CA.matcher(text).find()) {
            line = what
                    + ": the daemon does not trust the registry's certificate; give the daemon its CA in "
                    + "buildkitd.toml";
        } else if (FORBIDDEN.matcher(text).find()) {
            line = what + ": the registry denies access; check the permissions of the login";
        } else if (OVERLOADED.matcher(text).find()) {
            line = what + ": the registry is overloaded or has an internal error; build again later";
        } else if (LOGIN.matcher(text).find()) {
            line = what + ": the registry refused the login; check the credentials for its host";
        } else if (UNKNOWN_HOST.matcher(text).find()) {
            line = what + ": the daemon cannot resolve the registry's host name; check the name and the daemon's DNS";
        } else if (REFUSED.matcher(text).find()) {
            line = what + ": nothing listens at the registry's address; check its host and port, and that it runs";
        } else if (NOT_REACHED.matcher(text).find()) {
            line = what + ": the daemon cannot reach the registry; check its name and the daemon's network";
        } else if (OTHER_CERTIFICATE.matcher(text).find()) {
            line = what + ": the registry's certificate is not accepted by the daemon";
        } else {
            line = what;
        }
        return line + " (" + text + ")";
    }

    private static BuildkitException refused(String line) {
        return new BuildkitException.RegistryRefusedException(line, null);
    }

    private static BuildkitException failed(String line, ErrorDetails details) {
        return failed(line, details, null);
    }

    private static BuildkitException failed(String line, ErrorDetails details, FailureReason reason) {
        return new BuildkitException.BuildFailedException(line, details.location(), details.exitCode(), reason, null);
    }
}
