// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.jenkins.plugins.treenq.buildkit.Certificates;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.registry.AllowedHosts;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryConnection;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryConnections;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogin;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogins;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A registry in memory, with or without TLS, whose responses a test can replace. It verifies nothing, so that a test
 * shows what the client verifies.
 */
final class FakeRegistry implements AutoCloseable {
    static final RegistryLogin LOGIN = new RegistryLogin("me", "hunter2-secret");

    /** As many pauses as usual, each a thousandth as long. */
    static final List<Duration> SHORT_PAUSES =
            RetryPolicy.PAUSES.stream().map(pause -> pause.dividedBy(1000)).toList();

    private static final Certificates.Identity AUTHORITY = Certificates.authority("fake");
    private static final Pattern PATH = Pattern.compile(
            "/v2/(?<repository>.+?)/(?<kind>manifests|blobs/uploads|blobs|referrers)/(?<reference>[^/]*)");

    private static final long LARGE_BYTES = 1 << 20;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Request> requests = Collections.synchronizedList(new ArrayList<>());
    private final Map<String, byte[]> uploads = new ConcurrentHashMap<>();

    /** The content by {@code repository/manifests/reference} or {@code repository/blobs/digest}. */
    final ConcurrentMap<String, Content> contents = new ConcurrentHashMap<>();

    private volatile Rule rule = request -> Optional.empty();
    private volatile boolean knowsReferrers = true;
    private volatile boolean mounts = true;
    private volatile boolean loginWanted;
    private volatile int keptOfBroken;
    private final AtomicInteger uploadsToBreak = new AtomicInteger();

    /** A stored manifest or blob. */
    record Content(String type, byte[] bytes) {}

    /** One request. */
    record Request(String method, String path, String query, Headers headers, byte[] body) {
        String header(String name) {
            return Optional.ofNullable(headers.getFirst(name)).orElse("");
        }

        boolean is(String wantedMethod, String part) {
            return method.equals(wantedMethod) && (path + "?" + query).contains(part);
        }
    }

    /** A response. */
    record Answer(int status, byte[] body, Map<String, String> headers, int cutAt) {
        static Answer of(int status, String... headers) {
            return text(status, "", headers);
        }

        static Answer text(int status, String body, String... headers) {
            return of(status, body.getBytes(StandardCharsets.UTF_8), headers);
        }

        static Answer of(int status, byte[] body, String... headers) {
            Map<String, String> map = new ConcurrentHashMap<>();
            for (int i = 0; i < headers.length; i += 2) {
                map.put(headers[i], headers[i + 1]);
            }
            return new Answer(status, body, map, -1);
        }

        /** Breaks the connection after this number of bytes of the body. */
        Answer cut(int bytes) {
            return new Answer(status, body, headers, bytes);
        }
    }

    /** Returns the response to a request; empty for the default response. */
    interface Rule {
        Optional<Answer> answer(Request request);
    }

    private FakeRegistry(HttpServer server) {
        this.server = server;
        server.setExecutor(threads);
        server.createContext("/", this::serve);
        server.start();
    }

    static FakeRegistry plain() throws IOException {
        return new FakeRegistry(HttpServer.create(free(), 0));
    }

    static FakeRegistry tls() throws Exception {
        Certificates.Identity identity =
                Certificates.server(AUTHORITY, "localhost", Instant.now().plusSeconds(3600));
        HttpsServer server = HttpsServer.create(free(), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(identity.context()));
        return new FakeRegistry(server);
    }

    private static InetSocketAddress free() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    FakeRegistry rule(Rule value) {
        rule = value;
        return this;
    }

    FakeRegistry withoutReferrers() {
        knowsReferrers = false;
        return this;
    }

    FakeRegistry withoutMounts() {
        mounts = false;
        return this;
    }

    FakeRegistry withLogin() {
        loginWanted = true;
        return this;
    }

    /** Breaks the connections of the next large uploads after this number of bytes, some of which are stored. */
    FakeRegistry breakingUploads(int times, int kept) {
        uploadsToBreak.set(times);
        keptOfBroken = kept;
        return this;
    }

    String host() {
        return "localhost:" + server.getAddress().getPort();
    }

    String url() {
        return (server instanceof HttpsServer ? "https://" : "http://") + host();
    }

    ImageName image(String name) {
        return ImageName.parse(host() + "/" + name);
    }

    List<Request> requests() {
        return List.copyOf(requests);
    }

    /** Returns the connection settings for this registry. */
    RegistryConnection connection() {
        return server instanceof HttpsServer
                ? RegistryConnection.builder().caPem(AUTHORITY.certificatePem()).build()
                : RegistryConnection.builder().plainHttp(true).build();
    }

    /**
     * Returns a client with the login and the connection settings of the registries, which repeats requests as often as
     * usual and after short pauses.
     */
    static ImageRegistry client(FakeRegistry... registries) {
        Map<String, RegistryConnection> connections = new ConcurrentHashMap<>();
        for (FakeRegistry registry : registries) {
            connections.put(registry.host(), registry.connection());
        }
        RegistryLogins logins = host -> connections.containsKey(host) ? Optional.of(LOGIN) : Optional.empty();
        return new ImageRegistry(
                logins,
                new RegistryConnections(connections, RegistryConnection.DEFAULT),
                AllowedHosts.ANY,
                SHORT_PAUSES);
    }

    Digest manifest(String repository, String tag, String type, String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        Digest digest = sha256(bytes);
        Content content = new Content(type, bytes);
        contents.put(repository + "/manifests/" + digest, content);
        if (!tag.isEmpty()) {
            contents.put(repository + "/manifests/" + tag, content);
        }
        return digest;
    }

    /** Stores a blob, and returns its descriptor. */
    String blob(String repository, String type, byte[] bytes, String more) {
        Digest digest = sha256(bytes);
        contents.put(repository + "/blobs/" + digest, new Content("application/octet-stream", bytes));
        return descriptor(type, digest, bytes.length, more);
    }

    static String descriptor(String type, Digest digest, long size, String more) {
        return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d%s}".formatted(type, digest, size, more);
    }

    static Digest sha256(byte[] bytes) {
        return Digest.sha256(bytes);
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            if (exchange.getRequestMethod().equals("PUT")
                    && path.contains("/blobs/uploads/")
                    && Long.parseLong(exchange.getRequestHeaders().getFirst("Content-Length")) > LARGE_BYTES
                    && uploadsToBreak.getAndDecrement() > 0) {
                byte[] part = exchange.getRequestBody().readNBytes(keptOfBroken + 100_000);
                keep(path.replaceFirst(".*/", ""), Arrays.copyOf(part, Math.min(keptOfBroken, part.length)));
                return;
            }
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            exchange.getRequestBody().transferTo(body);
            Request request = new Request(
                    exchange.getRequestMethod(),
                    path,
                    Optional.ofNullable(exchange.getRequestURI().getQuery()).orElse(""),
                    exchange.getRequestHeaders(),
                    body.toByteArray());
            requests.add(request);
            Answer answer = rule.answer(request).orElseGet(() -> usual(request));
            answer.headers().forEach(exchange.getResponseHeaders()::set);
            if (request.method().equals("HEAD")) {
                exchange.getResponseHeaders().set("Content-Length", "" + answer.body().length);
                exchange.sendResponseHeaders(answer.status(), -1);
                return;
            }
            exchange.sendResponseHeaders(answer.status(), answer.body().length == 0 ? -1 : answer.body().length);
            int length = answer.cutAt() < 0 ? answer.body().length : answer.cutAt();
            exchange.getResponseBody().write(answer.body(), 0, length);
        }
    }

    private Answer usual(Request request) {
        String login = LOGIN.username() + ":" + LOGIN.secret();
        String wanted = "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8));
        if (loginWanted && !request.header("Authorization").equals(wanted)) {
            return Answer.of(401, "WWW-Authenticate", "Basic realm=\"fake\"");
        }
        if (request.path().equals("/v2/")) {
            return Answer.text(200, "{}");
        }
        Matcher path = PATH.matcher(request.path());
        if (!path.matches()) {
            return Answer.of(404);
        }
        return switch (path.group("kind")) {
            case "manifests" -> manifest(request, path.group("repository"), path.group("reference"));
            case "blobs" -> get(path.group("repository") + "/blobs/" + path.group("reference"), request);
            case "referrers" -> referrers(path.group("repository"), path.group("reference"));
            default -> upload(request, path.group("repository"), path.group("reference"));
        };
    }

    private Answer manifest(Request request, String repository, String reference) {
        if (request.method().equals("PUT")) {
            Digest digest = manifest(
                    repository,
                    reference,
                    request.header("Content-Type"),
                    new String(request.body(), StandardCharsets.UTF_8));
            return Answer.of(201, "Docker-Content-Digest", digest.value());
        }
        return get(repository + "/manifests/" + reference, request);
    }

    private Answer get(String key, Request request) {
        Content content = contents.get(key);
        if (content == null) {
            return Answer.text(404, "{\"errors\":[{\"code\":\"UNKNOWN\"}]}");
        }
        byte[] bytes = content.bytes();
        String digest = sha256(bytes).value();
        Matcher range = Pattern.compile("bytes=(\\d+)-").matcher(request.header("Range"));
        if (range.matches()) {
            int start = Integer.parseInt(range.group(1));
            byte[] rest = Arrays.copyOfRange(bytes, start, bytes.length);
            return Answer.of(
                    206, rest, "Content-Range", "bytes " + start + "-" + (bytes.length - 1) + "/" + bytes.length);
        }
        return Answer.of(200, bytes, "Content-Type", content.type(), "Docker-Content-Digest", digest);
    }

    private Answer referrers(String repository, String subject) {
        if (!knowsReferrers) {
            return Answer.text(404, "404 page not found");
        }
        List<String> found = new ArrayList<>();
        contents.forEach((key, content) -> {
            String text = new String(content.bytes(), StandardCharsets.UTF_8);
            if (key.startsWith(repository + "/manifests/sha256:")
                    && Json.parse(content.bytes())
                            .object("subject")
                            .filter(value -> value.text("digest").equals(subject))
                            .isPresent()) {
                found.add(descriptor(
                        content.type(), sha256(content.bytes()), text.length(), ",\"artifactType\":\"application/x\""));
            }
        });
        return Answer.text(200, index(found), "Content-Type", MediaTypes.INDEX);
    }

    static String index(List<String> manifests) {
        return "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"manifests\":[%s]}"
                .formatted(MediaTypes.INDEX, String.join(",", manifests));
    }

    private Answer upload(Request request, String repository, String id) {
        Matcher query =
                Pattern.compile("mount=(?<digest>[^&]*)&from=(?<from>[^&]*)").matcher(request.query());
        if (query.matches() && mounts) {
            Content content = contents.get(query.group("from") + "/blobs/" + query.group("digest"));
            if (content != null) {
                contents.put(repository + "/blobs/" + query.group("digest"), content);
                return Answer.of(201);
            }
        }
        String location = "/v2/" + repository + "/blobs/uploads/";
        if (request.method().equals("POST")) {
            String fresh = UUID.randomUUID().toString();
            uploads.put(fresh, new byte[0]);
            return Answer.of(202, "Location", location + fresh + "?state=1");
        }
        if (!uploads.containsKey(id)) {
            return Answer.of(404);
        }
        if (request.method().equals("GET")) {
            if (uploads.get(id).length == 0) {
                return Answer.of(204);
            }
            return Answer.of(204, "Range", "0-" + (uploads.get(id).length - 1), "Location", location + id + "?state=2");
        }
        keep(id, request.body());
        String digest = request.query().replaceFirst(".*digest=", "");
        contents.put(repository + "/blobs/" + digest, new Content("application/octet-stream", uploads.get(id)));
        return Answer.of(201, "Docker-Content-Digest", digest);
    }

    private void keep(String upload, byte[] more) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(uploads.get(upload));
        all.writeBytes(more);
        uploads.put(upload, all.toByteArray());
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
