// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.solve;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.wire.llb.Definition;
import io.jenkins.plugins.treenq.buildkit.wire.llb.OpMetadata;

/** Parses and changes marshalled LLB definitions. */
final class LlbDefinition {
    private LlbDefinition() {}

    static Definition read(byte[] bytes) throws BuildkitException.InvalidRequestException {
        Definition definition;
        try {
            definition = Definition.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new BuildkitException.InvalidRequestException(
                    "the definition to build is not a marshalled LLB definition", e);
        }
        if (definition.getDefCount() == 0) {
            throw new BuildkitException.InvalidRequestException(
                    "the definition to build is empty; specify a definition or a frontend");
        }
        return definition;
    }

    /**
     * Returns a copy of the definition in which all operations ignore the cache. The metadata of an operation is stored
     * by the digest of the operation's bytes.
     */
    static Definition ignoringCache(Definition definition) {
        Definition.Builder builder = definition.toBuilder();
        for (ByteString operation : definition.getDefList()) {
            String digest = Digest.sha256(operation.toByteArray()).value();
            OpMetadata metadata = definition.getMetadataOrDefault(digest, OpMetadata.getDefaultInstance());
            builder.putMetadata(
                    digest, metadata.toBuilder().setIgnoreCache(true).build());
        }
        return builder.build();
    }
}
