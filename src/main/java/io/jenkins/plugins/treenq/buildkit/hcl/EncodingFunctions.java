// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.hcl;

import io.jenkins.plugins.treenq.buildkit.hcl.Function.Parameter;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** Functions that encode, decode and hash. */
final class EncodingFunctions {
    private static final Map<String, String> NAMESPACES = Map.of(
            "dns", "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
            "url", "6ba7b811-9dad-11d1-80b4-00c04fd430c8",
            "oid", "6ba7b812-9dad-11d1-80b4-00c04fd430c8",
            "x500", "6ba7b814-9dad-11d1-80b4-00c04fd430c8");

    private EncodingFunctions() {}

    static void define(BakeFunctions functions) {
        functions.add(
                "base64encode",
                (a, limits) -> Value.of(
                        Base64.getEncoder().encodeToString(a.get(0).string().getBytes(StandardCharsets.UTF_8))),
                Type.STRING);
        functions.add("base64decode", (a, limits) -> decode(a.get(0).string()), Type.STRING);
        functions.add(
                "urlencode",
                (a, limits) -> Value.of(URLEncoder.encode(a.get(0).string(), StandardCharsets.UTF_8)
                        .replace("*", "%2A")
                        .replace("%7E", "~")),
                Type.STRING);
        hash(functions, "md5", "MD5");
        hash(functions, "sha1", "SHA-1");
        hash(functions, "sha256", "SHA-256");
        hash(functions, "sha512", "SHA-512");
        functions.add("uuidv4", (a, limits) -> Value.of(UUID.randomUUID().toString()));
        functions.add(
                "uuidv5",
                (a, limits) -> Value.of(uuid(a.get(0).string(), a.get(1).string())),
                Type.STRING,
                Type.STRING);
        functions.add("jsonencode", List.of(new Parameter("val", Type.DYNAMIC, true)), null, (a, limits) -> {
            String json = Json.write(a.get(0));
            limits.text(json.length());
            return Value.of(json);
        });
        functions.add("jsondecode", (a, limits) -> Json.read(a.get(0).string()), Type.STRING);
        functions.add("csvdecode", (a, limits) -> csv(a.get(0).string()), Type.STRING);
        functions.add("byteslen", (a, limits) -> Value.of(bytes(a.get(0)).length), Type.STRING);
        unsupported(functions, "bcrypt", "its result differs in each run");
        unsupported(functions, "rsadecrypt", "a private key must not be in a file of a repository");
        unsupported(functions, "bytesslice", "no bake file has a value of the type bytes");
    }

    private static byte[] bytes(Value value) {
        throw new HclException(null, "a value of the type bytes is required, and no bake file has one");
    }

    private static void unsupported(BakeFunctions functions, String name, String reason) {
        functions.add(name, List.of(), new Parameter("args", Type.DYNAMIC, true), (a, limits) -> {
            throw new HclException(null, "the function is not supported here: " + reason);
        });
    }

    private static Value decode(String text) {
        try {
            byte[] bytes = Base64.getDecoder().decode(text.replaceAll("[\\r\\n]", ""));
            return Value.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (IllegalArgumentException e) {
            throw new HclException(null, "failed to decode base64 data");
        } catch (CharacterCodingException e) {
            throw new HclException(null, "the decoded data is not valid UTF-8");
        }
    }

    private static void hash(BakeFunctions functions, String name, String algorithm) {
        functions.add(
                name,
                (a, limits) -> Value.of(HexFormat.of()
                        .formatHex(digest(algorithm).digest(a.get(0).string().getBytes(StandardCharsets.UTF_8)))),
                Type.STRING);
    }

    private static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String uuid(String namespace, String name) {
        UUID space;
        try {
            space = UUID.fromString(NAMESPACES.getOrDefault(namespace, namespace));
        } catch (IllegalArgumentException e) {
            throw new HclException(null, "uuidv5() doesn't support namespace " + namespace);
        }
        MessageDigest sha1 = digest("SHA-1");
        sha1.update(ByteBuffer.allocate(16)
                .putLong(space.getMostSignificantBits())
                .putLong(space.getLeastSignificantBits())
                .array());
        byte[] hash = sha1.digest(name.getBytes(StandardCharsets.UTF_8));
        hash[6] = (byte) (hash[6] & 0x0f | 0x50);
        hash[8] = (byte) (hash[8] & 0x3f | 0x80);
        ByteBuffer bits = ByteBuffer.wrap(hash);
        return new UUID(bits.getLong(), bits.getLong()).toString();
    }

    private static Value csv(String text) {
        List<List<String>> rows = Csv.rows(text);
        if (rows.isEmpty()) {
            throw new HclException(null, "missing header line");
        }
        List<String> names = rows.get(0);
        Map<String, Type> types = new TreeMap<>(Value.KEYS);
        for (String name : names) {
            if (types.put(name, Type.STRING) != null) {
                throw new HclException(null, "duplicate column name \"" + name + "\"");
            }
        }
        List<Value> values = new ArrayList<>();
        for (List<String> row : rows.subList(1, rows.size())) {
            if (row.size() != names.size()) {
                throw new HclException(null, "CSV parse error: wrong number of fields");
            }
            Map<String, Value> one = new TreeMap<>(Value.KEYS);
            for (int i = 0; i < row.size(); i++) {
                one.put(names.get(i), Value.of(row.get(i)));
            }
            values.add(Value.object(one));
        }
        return Value.list(Type.object(types), values);
    }
}
