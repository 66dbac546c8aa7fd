// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesend;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReceivingCallTest {
    private final List<String> events = new ArrayList<>();
    private final List<Throwable> failures = new ArrayList<>();
    private ReceivingCall arrival;

    /** A small archive arrives completely before a busy disk has opened its file. */
    @Test
    void messagesThatArriveDuringOpeningAreProcessedBeforeTheEnd() {
        MessageReceiver recipient = new MessageReceiver() {
            @Override
            public void open() {
                arrival.onMessage(new byte[] {1});
                arrival.onMessage(new byte[] {2, 3});
                arrival.onHalfClose();
            }

            @Override
            public After take(byte[] message) {
                events.add(message.length + " bytes");
                return After.MORE;
            }

            @Override
            public void end() {
                events.add("end");
            }

            @Override
            public boolean isComplete() {
                return true;
            }

            @Override
            public byte[] abortMessage(String reason) {
                return null;
            }

            @Override
            public void close() {
                events.add("close");
            }
        };
        arrival = new ReceivingCall(new Call(), Runnable::run, recipient, failures::add);
        arrival.start();
        assertEquals(List.of("1 bytes", "2 bytes", "end", "close", "OK"), events);
        assertEquals(List.of(), failures);
    }

    /** A call that is over and was not answered would keep the daemon waiting. */
    @Test
    void theDaemonGetsAResponseEvenIfClosingFails() {
        Error farewell = new OutOfMemoryError("farewell");
        IllegalStateException close = new IllegalStateException("close");
        MessageReceiver recipient = new MessageReceiver() {
            @Override
            public void open() throws BuildkitException {
                throw ReceiveErrors.refused("it cannot be");
            }

            @Override
            public After take(byte[] message) {
                return After.MORE;
            }

            @Override
            public void end() {}

            @Override
            public boolean isComplete() {
                return false;
            }

            @Override
            public byte[] abortMessage(String reason) {
                throw farewell;
            }

            @Override
            public void close() {
                throw close;
            }
        };
        arrival = new ReceivingCall(new Call(), Runnable::run, recipient, failures::add);
        arrival.start();
        assertEquals(List.of("INTERNAL"), events);
        assertEquals(List.of(farewell, close), failures.subList(1, 3));
    }

    private final class Call extends ServerCall<byte[], byte[]> {
        @Override
        public void request(int messages) {}

        @Override
        public void sendHeaders(Metadata headers) {}

        @Override
        public void sendMessage(byte[] message) {}

        @Override
        public void close(Status status, Metadata trailers) {
            events.add(status.getCode().toString());
        }

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public MethodDescriptor<byte[], byte[]> getMethodDescriptor() {
            throw new UnsupportedOperationException();
        }
    }
}
