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

    static void define(BakeFunctions library) {
        library.add(
                "base64encode",
                (a, budget) -> Value.of(
                        Base64.getEncoder().encodeToString(a.get(0).string().getBytes(StandardCharsets.UTF_8))),
                Type.STRING);
        library.add("base64decode", (a, budget) -> decode(a.get(0).string()), Type.STRING);
        library.add(
                "urlencode",
                (a, budget) -> Value.of(URLEncoder.encode(a.get(0).string(), StandardCharsets.UTF_8)
                        .replace("*", "%2A")
                        .replace("%7E", "~")),
                Type.STRING);
        hash(library, "md5", "MD5");
        hash(library, "sha1", "SHA-1");
        hash(library, "sha256", "SHA-256");
        hash(library, "sha512", "SHA-512");
        library.add("uuidv4", (a, budget) -> Value.of(UUID.randomUUID().toString()));
        library.add(
                "uuidv5",
                (a, budget) -> Value.of(uuid(a.get(0).string(), a.get(1).string())),
                Type.STRING,
                Type.STRING);
        library.add("jsonencode", List.of(new Parameter("val", Type.DYNAMIC, true)), null, (a, budget) -> {
            String json = Json.write(a.get(0));
            budget.text(json.length());
            return Value.of(json);
        });
        library.add("jsondecode", (a, budget) -> Json.read(a.get(0).string()), Type.STRING);
        library.add("csvdecode", (a, budget) -> csv(a.get(0).string()), Type.STRING);
        library.add("byteslen", (a, budget) -> Value.of(bytes(a.get(0)).length), Type.STRING);
        unsupported(library, "bcrypt", "its result differs in each run");
        unsupported(library, "rsadecrypt", "a private key must not be in a file of a repository");
        unsupported(library, "bytesslice", "no bake file has a value of the type bytes");
    }

    private static byte[] bytes(Value value) {
        throw new HclException(null, "a value of the type bytes is required, and no bake file has one");
    }

    private static void unsupported(BakeFunctions library, String name, String reason) {
        library.add(name, List.of(), new Parameter("args", Type.DYNAMIC, true), (a, budget) -> {
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

    private static void hash(BakeFunctions library, String name, String algorithm) {
        library.add(
                name,
                (a, budget) -> Value.of(HexFormat.of()
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
