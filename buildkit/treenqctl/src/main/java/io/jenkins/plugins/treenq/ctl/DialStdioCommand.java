// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.TypeConversionException;

/**
 * {@code treenqctl dial-stdio}: connects standard input and output to the daemon's socket. With an address such as
 * {@code ssh://}, buildctl runs this command on the daemon's machine ({@code cmd/buildctl/dialstdio.go}).
 */
@Command(
        name = "dial-stdio",
        hidden = true,
        description = "Connects standard input and output to the daemon's socket; for use by programs.")
final class DialStdioCommand implements Callable<Integer> {
    private static final int BUFFER_BYTES = 32 << 10;

    @ParentCommand
    private Treenqctl root;

    @Override
    public Integer call() throws IOException {
        URI address = URI.create(root.daemon().address());
        if (!"unix".equals(address.getScheme())) {
            throw new TypeConversionException("dial-stdio takes a unix:// address, not " + address);
        }
        try (SocketChannel socket = SocketChannel.open(UnixDomainSocketAddress.of(address.getPath()))) {
            Thread upward = new Thread(() -> send(socket), "dial-stdio");
            // The thread may wait for a terminal whose input never ends, and must not keep the process running.
            upward.setDaemon(true);
            upward.start();
            try (FileOutputStream out = new FileOutputStream(FileDescriptor.out)) {
                copy(socket, out.getChannel());
            }
        }
        return CommandLine.ExitCode.OK;
    }

    private static void send(SocketChannel socket) {
        try (FileInputStream in = new FileInputStream(FileDescriptor.in)) {
            copy(in.getChannel(), socket);
            socket.shutdownOutput();
        } catch (IOException e) {
            // The daemon has closed the connection. The other direction ends for the same reason.
        }
    }

    /**
     * Copies a channel. The streams that {@code Channels} creates for a socket would make reading and writing block
     * each other.
     */
    private static void copy(ReadableByteChannel from, WritableByteChannel to) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
        while (from.read(buffer.clear()) >= 0) {
            for (buffer.flip(); buffer.hasRemaining(); ) {
                to.write(buffer);
            }
        }
    }
}
