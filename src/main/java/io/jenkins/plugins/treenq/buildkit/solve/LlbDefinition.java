// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.solve;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.wire.llb.Definition;
import io.jenkins.plugins.treenq.buildkit.wire.llb.OpMetadata;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Reads a marshalled definition, which is otherwise carried through as it is. */
final class LlbDefinition {
    private LlbDefinition() {}

    static Definition read(byte[] bytes) throws BuildkitException.InvalidRequest {
        Definition definition;
        try {
            definition = Definition.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new BuildkitException.InvalidRequest("the definition to build is no marshalled LLB definition", e);
        }
        if (definition.getDefCount() == 0) {
            throw new BuildkitException.InvalidRequest(
                    "the definition to build is empty; pipe one in, or name a frontend");
        }
        return definition;
    }

    /** Every operation runs again. Metadata belongs to an operation by the digest of its bytes. */
    static Definition ignoringCache(Definition definition) {
        Definition.Builder builder = definition.toBuilder();
        for (ByteString operation : definition.getDefList()) {
            String digest = "sha256:" + HexFormat.of().formatHex(sha256(operation.toByteArray()));
            OpMetadata metadata = definition.getMetadataOrDefault(digest, OpMetadata.getDefaultInstance());
            builder.putMetadata(digest, metadata.toBuilder().setIgnoreCache(true).build());
        }
        return builder.build();
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
