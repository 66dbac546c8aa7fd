// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.jenkins.plugins.treenq.buildkit.wire.llb.Definition;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;

/** Creates LLB definitions, with the field numbers of {@code solver/pb/ops.proto}. */
final class Llb {
    private Llb() {}

    /** Runs a command on an image; the definition's last operation only names the result. */
    static byte[] run(String image, String command) throws Exception {
        ByteString source =
                message(field(3, message(field(1, text("docker-image://" + image)))), field(10, platform()));
        ByteString meta = message(field(1, text("/bin/sh"), text("-c"), text(command)), field(3, text("/")));
        ByteString mount = message(field(3, text("/")));
        ByteString exec = message(
                field(1, message(field(1, text(digest(source))))),
                field(2, message(field(1, meta), field(2, mount))),
                field(10, platform()));
        ByteString result = message(field(1, message(field(1, text(digest(exec))))));
        return Definition.newBuilder()
                .addAllDef(List.of(source, exec, result))
                .build()
                .toByteArray();
    }

    private static ByteString platform() {
        return message(field(1, text("amd64")), field(2, text("linux")));
    }

    private record Field(int number, List<ByteString> values) {}

    private static Field field(int number, ByteString... values) {
        return new Field(number, List.of(values));
    }

    private static ByteString message(Field... fields) {
        UnknownFieldSet.Builder message = UnknownFieldSet.newBuilder();
        for (Field field : fields) {
            UnknownFieldSet.Field.Builder values = UnknownFieldSet.Field.newBuilder();
            field.values().forEach(values::addLengthDelimited);
            message.addField(field.number(), values.build());
        }
        return message.build().toByteString();
    }

    private static ByteString text(String text) {
        return ByteString.copyFromUtf8(text);
    }

    private static String digest(ByteString operation) throws Exception {
        return "sha256:"
                + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(operation.toByteArray()));
    }
}
