// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.connect;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Git's own server, {@code git http-backend}, behind a web server on loopback that asks for a login. */
public final class GitServer implements AutoCloseable {
    public static final String USER = "reader";
    public static final String PASSWORD = "the-password-of-the-git-server";

    private static final int BLANK_LINE = 4;

    private final Path folder;
    private final boolean login;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    /** The repositories that need no login. */
    private final Queue<String> open = new ConcurrentLinkedQueue<>();

    /** The paths that were requested with the right login. */
    private final Queue<String> admitted = new ConcurrentLinkedQueue<>();

    /** @param folder folder with the repositories */
    public GitServer(Path folder, boolean login) throws IOException {
        this.folder = folder;
        this.login = login;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::serve);
        server.setExecutor(threads);
        server.start();
    }

    /** Serves a repository without asking for a login. */
    void open(String repository) {
        open.add(repository);
    }

    private boolean isOpen(String path) {
        return open.stream().anyMatch(repository -> path.startsWith("/" + repository + "/"));
    }

    public String url(String repository) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/" + repository;
    }

    List<String> admitted() {
        return List.copyOf(admitted);
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            String expected = "Basic "
                    + Base64.getEncoder().encodeToString((USER + ":" + PASSWORD).getBytes(StandardCharsets.UTF_8));
            if (login
                    && !isOpen(exchange.getRequestURI().getPath())
                    && !expected.equalsIgnoreCase(exchange.getRequestHeaders().getFirst("Authorization"))) {
                exchange.getResponseHeaders().add("WWW-Authenticate", "Basic realm=\"git\"");
                exchange.sendResponseHeaders(401, -1);
                return;
            }
            admitted.add(exchange.getRequestURI().getPath());
            answer(exchange, backend(exchange));
        }
    }

    private byte[] backend(HttpExchange exchange) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("git", "http-backend");
        Map<String, String> env = builder.environment();
        env.put("GIT_PROJECT_ROOT", folder.toString());
        env.put("GIT_HTTP_EXPORT_ALL", "1");
        env.put("GIT_CONFIG_COUNT", "1");
        env.put("GIT_CONFIG_KEY_0", "safe.directory");
        env.put("GIT_CONFIG_VALUE_0", "*");
        env.put("REQUEST_METHOD", exchange.getRequestMethod());
        env.put("PATH_INFO", exchange.getRequestURI().getPath());
        String query = exchange.getRequestURI().getRawQuery();
        env.put("QUERY_STRING", query == null ? "" : query);
        header(exchange, "Content-Type", env, "CONTENT_TYPE");
        header(exchange, "Content-Encoding", env, "HTTP_CONTENT_ENCODING");
        header(exchange, "Git-Protocol", env, "GIT_PROTOCOL");
        byte[] request = exchange.getRequestBody().readAllBytes();
        env.put("CONTENT_LENGTH", String.valueOf(request.length));
        Process git = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        threads.submit(() -> {
            try (var out = git.getOutputStream()) {
                out.write(request);
            }
            return null;
        });
        try (InputStream in = git.getInputStream()) {
            return in.readAllBytes();
        }
    }

    private static void header(HttpExchange exchange, String name, Map<String, String> env, String variable) {
        String value = exchange.getRequestHeaders().getFirst(name);
        if (value != null) {
            env.put(variable, value);
        }
    }

    private static void answer(HttpExchange exchange, byte[] answer) throws IOException {
        int end = new String(answer, StandardCharsets.ISO_8859_1).indexOf("\r\n\r\n");
        int status = 200;
        for (String line : new String(answer, 0, end, StandardCharsets.ISO_8859_1).split("\r\n")) {
            String[] parts = line.split(": ", 2);
            if (parts[0].equals("Status")) {
                status = Integer.parseInt(parts[1].substring(0, 3));
            } else {
                exchange.getResponseHeaders().add(parts[0], parts[1]);
            }
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.write(answer, end + BLANK_LINE, answer.length - end - BLANK_LINE);
        exchange.sendResponseHeaders(status, body.size() == 0 ? -1 : body.size());
        exchange.getResponseBody().write(body.toByteArray());
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
