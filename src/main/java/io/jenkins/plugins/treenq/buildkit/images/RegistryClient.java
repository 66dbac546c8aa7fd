// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.registry.AllowedHosts;
import io.jenkins.plugins.treenq.buildkit.registry.GuardedHttpClient;
import io.jenkins.plugins.treenq.buildkit.registry.HostNotAllowedException;
import io.jenkins.plugins.treenq.buildkit.registry.HttpClients;
import io.jenkins.plugins.treenq.buildkit.registry.HttpErrors;
import io.jenkins.plugins.treenq.buildkit.registry.HttpProxies;
import io.jenkins.plugins.treenq.buildkit.registry.Origin;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryConnection;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogins;
import io.jenkins.plugins.treenq.buildkit.registry.TokenClient;
import io.jenkins.plugins.treenq.buildkit.threads.CancellableWork;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

/**
 * The HTTP client of one registry. It detects the registry's scheme, authenticates, follows redirects and repeats
 * requests that may succeed later. A login is sent to the registry itself only, and never to a host to which the
 * registry redirects.
 */
final class RegistryClient {
    private static final int MAX_REDIRECTS = 5;
    private static final int OK = 200;
    private static final int UNAUTHORIZED = 401;

    private final String name;
    private final String address;
    private final boolean plainHttp;
    private final List<Duration> pauses;
    private final boolean mirror;
    private final AllowedHosts allowed;
    private final HttpClient http;
    private final Authorizer authorizer;
    private final HttpProxies proxies;

    /** The root of the registry's API; null until the registry has answered once. */
    private URI root;

    /** Reads a response. The request is repeated if the connection breaks while the response is read. */
    interface Reader<T> {
        T read(RegistryResponse answer) throws IOException, BuildkitException, InterruptedException;
    }

    /**
     * @param name the name of the registry, as in image names
     * @param pauses the pauses before the repetitions of a request
     * @param mirror whether another registry is queried if this one fails, so that requests are not repeated
     */
    RegistryClient(
            String name,
            RegistryConnection connection,
            RegistryLogins logins,
            AllowedHosts allowed,
            List<Duration> pauses,
            boolean mirror)
            throws BuildkitException.InvalidRequestException {
        this.name = name;
        this.address = name.equals("docker.io") ? "registry-1.docker.io" : name;
        this.plainHttp = connection.plainHttp();
        this.pauses = pauses;
        this.mirror = mirror;
        this.allowed = allowed;
        this.http = new GuardedHttpClient(HttpClients.of(connection), address, allowed);
        this.proxies = connection.proxies();
        this.authorizer = new Authorizer(name, address, logins, new TokenClient(connection, http));
    }

    String name() {
        return name;
    }

    /**
     * Sends an authenticated request to the root of the API. Returns whether the registry demands authentication, in
     * which case it has accepted the login.
     */
    boolean wantsLogin() throws BuildkitException, InterruptedException {
        RegistryRequest use = RegistryRequest.get("", List.of(), "its use");
        return call(use, answer -> {
            if (answer.status() != OK) {
                throw refused(use, answer);
            }
            return authorizer.isAsked();
        });
    }

    /** Sends a request, and repeats it by the retry policy. */
    <T> T call(RegistryRequest request, Reader<T> reader) throws BuildkitException, InterruptedException {
        URI start = root();
        RetryPolicy retries = retryPolicy();
        while (true) {
            try (RegistryResponse answer = send(start, request)) {
                if (!retries.again(answer)) {
                    return reader.read(answer);
                }
            } catch (InterruptedIOException e) {
                throw new InterruptedException();
            } catch (IOException e) {
                if (!retries.again()) {
                    throw failure(e);
                }
            }
            retries.pause();
        }
    }

    /**
     * Sends a request and returns the response, whose content the caller reads and which the caller closes.
     *
     * @throws IOException if the connection breaks repeatedly
     */
    RegistryResponse open(RegistryRequest request) throws IOException, BuildkitException, InterruptedException {
        URI start = root();
        RetryPolicy retries = retryPolicy();
        while (true) {
            RegistryResponse answer = send(start, request);
            if (!retries.again(answer)) {
                return answer;
            }
            answer.close();
            retries.pause();
        }
    }

    /**
     * Sends a request that cannot be repeated because its body is a stream. The caller decides how to continue after a
     * failure.
     */
    <T> T once(RegistryRequest request, Reader<T> reader) throws IOException, BuildkitException, InterruptedException {
        URI start = root();
        try (RegistryResponse answer = follow(start, request, authorizer.authorization(request.scopes()))) {
            if (answer.status() == UNAUTHORIZED && isOwn(start, answer.address())) {
                authorizer.updateChallenge(Challenge.parse(answer.headers("WWW-Authenticate")), request.scopes());
            }
            return reader.read(answer);
        }
    }

    /** A registry mirror is never asked again, because the next registry can be asked at once. */
    private RetryPolicy retryPolicy() {
        return mirror ? new RetryPolicy(List.of()) : transferRetryPolicy();
    }

    /** Returns the policy for a transfer that has begun, which no other registry can continue. */
    RetryPolicy transferRetryPolicy() {
        return new RetryPolicy(pauses);
    }

    private RegistryResponse send(URI start, RegistryRequest request)
            throws IOException, BuildkitException, InterruptedException {
        String authorization = authorizer.authorization(request.scopes());
        RegistryResponse answer = follow(start, request, authorization);
        if (answer.status() != UNAUTHORIZED || !isOwn(start, answer.address())) {
            return answer;
        }
        authorizer.updateChallenge(Challenge.parse(answer.headers("WWW-Authenticate")), request.scopes());
        String other = authorizer.authorization(request.scopes());
        if (other.equals(authorization)) {
            return answer;
        }
        answer.close();
        return follow(start, request, other);
    }

    private RegistryResponse follow(URI start, RegistryRequest request, String authorization)
            throws IOException, BuildkitException, InterruptedException {
        URI place = resolve(start, request.target());
        for (int redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
            RegistryResponse answer = isConcealed(place)
                    ? sendToOtherHost(request, place)
                    : exchange(request, place, isOwn(start, place) ? authorization : "");
            Optional<String> location = answer.header("Location");
            if (!request.follows(answer.status()) || location.isEmpty()) {
                return answer;
            }
            answer.close();
            place = resolve(place, location.get());
        }
        throw refused("redirects too often");
    }

    /**
     * Resolves the address that a registry sent in a header. Addresses with user information are rejected, and
     * addresses without TLS unless the registry may use plain HTTP.
     */
    URI resolve(URI from, String location) throws BuildkitException.RegistryRefusedException {
        try {
            URI place = from.resolve(location);
            boolean plain = "http".equalsIgnoreCase(place.getScheme());
            if (place.getHost() != null
                    && place.getUserInfo() == null
                    && (plain ? plainHttp : "https".equalsIgnoreCase(place.getScheme()))) {
                return place;
            }
        } catch (IllegalArgumentException e) {
            // The exception below reports a malformed address, too.
        }
        throw refused("redirects to an invalid address, or to one without TLS");
    }

    /**
     * Whether the result of a request to this host is hidden from the caller. A registry redirected this client to a
     * host that is neither allowed nor its own; a caller could otherwise learn from the response which hosts and
     * services this network has.
     */
    private boolean isConcealed(URI place) {
        return !allowed.contains(place) && !Origin.of(place).isOf(address);
    }

    private RegistryResponse sendToOtherHost(RegistryRequest request, URI place)
            throws IOException, BuildkitException, InterruptedException {
        try {
            return exchange(request, place, "");
        } catch (IOException e) {
            throw new OtherHostException();
        }
    }

    /** Any failure of a request to a host whose result is hidden. The message is the same for all causes. */
    private static final class OtherHostException extends IOException {
        private static final long serialVersionUID = 1;

        private static final String MESSAGE = "redirected to another host, which did not return the content";

        OtherHostException() {
            super(MESSAGE);
        }
    }

    private static boolean isOwn(URI start, URI place) {
        return Origin.of(place).equals(Origin.of(start));
    }

    private RegistryResponse exchange(RegistryRequest request, URI place, String authorization)
            throws IOException, BuildkitException, InterruptedException {
        CancellableWork.check();
        // In newer JDKs, the timeout of HttpRequest includes the transfer of the content, which may take longer.
        CompletableFuture<HttpResponse<ResponseBody>> answer =
                http.sendAsync(request.toHttp(place, authorization, proxies), info -> new ResponseBody());
        try (CancellableWork.Hook ignored = CancellableWork.onCancel(() -> answer.cancel(true))) {
            while (true) {
                long sentBytes = request.sentBytes();
                try {
                    return new RegistryResponse(answer.get(request.answerSeconds(), TimeUnit.SECONDS));
                } catch (TimeoutException e) {
                    if (request.sentBytes() == sentBytes) {
                        throw new HttpTimeoutException("no answer");
                    }
                }
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof HostNotAllowedException) {
                String points =
                        Origin.of(place).isOf(address) ? "" : "points to " + place.getRawAuthority() + ", which ";
                throw refused(points + e.getCause().getMessage());
            }
            throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
        } catch (CancellationException e) {
            CancellableWork.check();
            throw e;
        } catch (HttpTimeoutException | InterruptedException e) {
            answer.cancel(true);
            throw e;
        }
    }

    /**
     * Returns the root of the registry's API after the registry has answered. Plain HTTP is used only if it is allowed
     * and HTTPS fails.
     */
    private synchronized URI root() throws BuildkitException, InterruptedException {
        if (root == null) {
            try {
                root = find();
            } catch (InterruptedIOException e) {
                throw new InterruptedException();
            } catch (IOException e) {
                throw failure(e);
            }
        }
        return root;
    }

    private URI find() throws IOException, BuildkitException, InterruptedException {
        try {
            return probe("https");
        } catch (SSLHandshakeException e) {
            // The server supports TLS, so plain HTTP is not tried.
            throw e;
        } catch (IOException e) {
            if (!plainHttp) {
                throw e;
            }
            try {
                return probe("http");
            } catch (IOException other) {
                throw e instanceof SSLException ? other : e;
            }
        }
    }

    private URI probe(String scheme) throws IOException, BuildkitException, InterruptedException {
        URI start;
        try {
            start = URI.create(scheme + "://" + address + "/v2/");
        } catch (IllegalArgumentException e) {
            throw refused("has an invalid name");
        }
        RegistryRequest ping = RegistryRequest.get("", List.of(), "detecting the registry");
        RetryPolicy retries = retryPolicy();
        while (true) {
            try (RegistryResponse answer = follow(start, ping, "")) {
                if (!retries.again(answer)) {
                    checkProbe(start, answer);
                    return start;
                }
            }
            retries.pause();
        }
    }

    private void checkProbe(URI start, RegistryResponse answer) throws BuildkitException.RegistryRefusedException {
        if (answer.status() == UNAUTHORIZED && isOwn(start, answer.address())) {
            authorizer.updateChallenge(Challenge.parse(answer.headers("WWW-Authenticate")), List.of());
        } else if (answer.status() != OK && answer.status() != UNAUTHORIZED && answer.status() != 403) {
            throw refused(
                    isConcealed(answer.address())
                            ? OtherHostException.MESSAGE
                            : "answers with HTTP " + answer.status()
                                    + " to a request for /v2/, which is not the response of a registry; check "
                                    + "its name");
        }
    }

    /** Returns the exception for a response with an unexpected status. */
    BuildkitException.RegistryRefusedException refused(RegistryRequest request, RegistryResponse answer)
            throws IOException, BuildkitException.RegistryRefusedException {
        return isConcealed(answer.address())
                ? refused(OtherHostException.MESSAGE)
                : ResponseErrors.of(name, request, answer, authorizer.login(request.scopes()));
    }

    private BuildkitException.RegistryRefusedException refused(String what) {
        return new BuildkitException.RegistryRefusedException("registry " + name + " " + what, null);
    }

    BuildkitException.RegistryRefusedException failure(IOException failure) {
        return failure instanceof OtherHostException
                ? refused(failure.getMessage())
                : new BuildkitException.RegistryRefusedException(
                        "registry " + name + " " + HttpErrors.reason(failure), failure);
    }
}
