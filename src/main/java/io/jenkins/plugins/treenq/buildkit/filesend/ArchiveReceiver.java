// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesend;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.UnsafeByteOperations;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Output;
import io.jenkins.plugins.treenq.buildkit.wire.filesync.BytesMessage;
import java.io.IOException;
import java.io.OutputStream;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Writes an archive piece by piece to a stream ({@code session/filesync/diffcopy.go}, writeTargetFile). */
final class ArchiveReceiver implements MessageReceiver {
    private static final Logger LOGGER = Logger.getLogger(ArchiveReceiver.class.getName());

    private final Output.Opener opener;
    private OutputStream out;
    private volatile boolean complete;

    ArchiveReceiver(Output.Opener opener) {
        this.opener = opener;
    }

    @Override
    public void open() throws BuildkitException {
        try {
            out = opener.open();
        } catch (IOException e) {
            throw ReceiveErrors.unwritable("the build's output", e);
        }
    }

    @Override
    public After take(byte[] message) throws BuildkitException {
        BytesMessage piece;
        try {
            CodedInputStream in = UnsafeByteOperations.unsafeWrap(message).newCodedInput();
            // This method owns the message, so its bytes need not be copied.
            in.enableAliasing(true);
            piece = BytesMessage.parseFrom(in);
        } catch (IOException e) {
            throw ReceiveErrors.refused("it contains a malformed message");
        }
        try {
            piece.getData().writeTo(out);
            return After.MORE;
        } catch (IOException e) {
            throw ReceiveErrors.unwritable("the build's output", e);
        }
    }

    @Override
    public void end() throws BuildkitException {
        OutputStream ended = out;
        out = null;
        try {
            ended.close();
            complete = true;
        } catch (IOException e) {
            throw ReceiveErrors.unwritable("the build's output", e);
        }
    }

    @Override
    public boolean isComplete() {
        return complete;
    }

    @Override
    public byte[] abortMessage(String reason) {
        return null;
    }

    @Override
    public void close() {
        if (out != null) {
            try {
                out.close();
            } catch (IOException e) {
                LOGGER.log(Level.FINE, "cannot close an output that is not complete", e);
            }
        }
    }
}
