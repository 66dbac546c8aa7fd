// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesend;

import static java.text.Normalizer.Form.NFC;
import static java.text.Normalizer.Form.NFD;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.UnsafeByteOperations;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.files.FileErrors;
import io.jenkins.plugins.treenq.buildkit.fsutil.EntryPath;
import io.jenkins.plugins.treenq.buildkit.fsutil.EntryTable;
import io.jenkins.plugins.treenq.buildkit.fsutil.FileMode;
import io.jenkins.plugins.treenq.buildkit.fsutil.FileNames;
import io.jenkins.plugins.treenq.buildkit.wire.filearrival.ArrivingPacket;
import io.jenkins.plugins.treenq.buildkit.wire.filearrival.ArrivingStat;
import io.jenkins.plugins.treenq.buildkit.wire.filetransfer.Packet.PacketType;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Receives a folder from the daemon. The roles are the reverse of those in {@code filesync}: the daemon walks its tree,
 * and this side requests content ({@code fsutil/receive.go}).
 *
 * <p>Entries are created as soon as they are announced; files are empty at first. The modes and times of folders are
 * set after everything in them has been written. The result is either merged into an existing folder, or mirrored,
 * which deletes all other entries of the folder.
 */
final class FolderReceiver implements MessageReceiver {
    private static final ByteString SLASH = ByteString.copyFromUtf8("/");

    private final TargetFolder destination;
    private final FolderOptions options;
    private final DroppedModeBits dropped;
    private final Consumer<byte[]> answers;
    private final AnnouncedEntries announced;
    private final WalkOrder order = new WalkOrder(this::leave);
    private Downloads downloads;
    private boolean walked;
    private volatile boolean finished;

    /**
     * @param destination the folder to write to
     * @param options the options of the folder
     * @param dropped records the files that are written without their setuid or setgid bit
     * @param memory limits the heap for the announced entries
     * @param answers sends packets to the daemon
     */
    FolderReceiver(
            TargetFolder destination,
            FolderOptions options,
            DroppedModeBits dropped,
            HeapBudget memory,
            Consumer<byte[]> answers) {
        this.announced = new AnnouncedEntries(memory);
        this.destination = destination;
        this.options = options;
        this.dropped = dropped;
        this.answers = answers;
    }

    @Override
    public void open() throws BuildkitException {
        try {
            Path root = destination.root();
            downloads = new Downloads(destination, announced, answers);
            enter(new WalkOrder.Folder(EntryTable.ROOT, ByteString.EMPTY, root));
        } catch (IOException e) {
            throw ReceiveErrors.unwritable("the output folder", e);
        }
    }

    @Override
    public After take(byte[] message) throws BuildkitException {
        ArrivingPacket packet = parse(message);
        if (packet.getType() == PacketType.PACKET_ERR_VALUE) {
            return After.GIVEN_UP;
        }
        if (packet.getType() == PacketType.PACKET_FIN_VALUE) {
            if (!finished) {
                throw ReceiveErrors.refused("it ended before it was complete");
            }
            return After.COMPLETE;
        }
        if (finished) {
            throw ReceiveErrors.refused("it continued after its end");
        }
        switch (packet.getType()) {
            case PacketType.PACKET_STAT_VALUE -> {
                if (walked) {
                    throw ReceiveErrors.refused("an entry was announced after the last one");
                }
                if (packet.hasStat()) {
                    announce(packet.getStat());
                } else {
                    walked = true;
                    order.end();
                }
            }
            case PacketType.PACKET_DATA_VALUE -> downloads.take(packet.getID(), packet.getData());
            default -> throw ReceiveErrors.refused("a packet of type " + packet.getType() + " was sent");
        }
        if (walked && downloads.isEmpty()) {
            finish();
        }
        return After.MORE;
    }

    private static ArrivingPacket parse(byte[] message) throws BuildkitException {
        try {
            CodedInputStream in = UnsafeByteOperations.unsafeWrap(message).newCodedInput();
            // This method owns the message, so its bytes need not be copied.
            in.enableAliasing(true);
            return ArrivingPacket.parseFrom(in);
        } catch (IOException e) {
            throw ReceiveErrors.refused("it contains a malformed packet");
        }
    }

    private void announce(ArrivingStat stat) throws BuildkitException {
        ByteString path = stat.getPath();
        WalkOrder.Folder parent = order.next(path);
        ByteString name = EntryPath.name(path);
        if (stat.getSize() < 0) {
            throw ReceiveErrors.refused("entry " + ReceiveErrors.quoted(path) + " has a negative size");
        }
        try {
            Path local = FileNames.resolveNew(parent.local, name);
            refuseNamesake(parent, path, local);
            int mode = permitted(stat);
            int id = announced.add(parent.id, name, mode, stat.getSize(), stat.getModTime());
            if (parent.leftovers != null) {
                keep(parent, local);
            }
            make(id, stat, mode, local);
        } catch (IOException e) {
            throw ReceiveErrors.unwritable("output " + ReceiveErrors.quoted(path), e);
        } catch (UnsupportedOperationException e) {
            throw ReceiveErrors.unwritable(
                    "output " + ReceiveErrors.quoted(path),
                    new IOException("the file system does not support this kind of file"));
        }
    }

    /**
     * Rejects an entry whose name equals that of another entry on this file system, because it would overwrite the
     * other entry.
     */
    private void refuseNamesake(WalkOrder.Folder parent, ByteString path, Path local)
            throws IOException, BuildkitException {
        Optional<String> there = destination.nameOnDisk(local);
        if (there.isEmpty()) {
            return;
        }
        String name = there.get();
        for (String form : List.of(name, Normalizer.normalize(name, NFC), Normalizer.normalize(name, NFD))) {
            ByteString other = below(parent.path, ByteString.copyFromUtf8(form));
            if (!other.equals(path) && announced.find(other) >= 0) {
                throw ReceiveErrors.refused("entries " + ReceiveErrors.quoted(other) + " and "
                        + ReceiveErrors.quoted(path) + " have the same name on this system");
            }
        }
    }

    private static ByteString below(ByteString folder, ByteString name) {
        return folder.isEmpty() ? name : folder.concat(SLASH).concat(name);
    }

    /**
     * Returns the mode to write. The setuid and setgid bits of entries other than files are kept, because they give no
     * rights: on a folder, they determine the owner and group of new files.
     */
    private int permitted(ArrivingStat stat) throws FileSystemException {
        int mode = stat.getMode();
        if (FileMode.isDevice(mode) && !options.devices()) {
            throw new FileSystemException(
                    stat.getPath().toStringUtf8(),
                    null,
                    "it is a device, which gives access to this machine; add devices=true to the output to create it");
        }
        if (options.setuid() || !FileMode.isRegular(mode) || !FileMode.isSetId(mode)) {
            return mode;
        }
        dropped.add(stat.getPath());
        return FileMode.withoutSetId(mode);
    }

    private void make(int id, ArrivingStat stat, int mode, Path local) throws IOException, BuildkitException {
        if (FileMode.isFolder(mode)) {
            destination.folder(local);
            enter(new WalkOrder.Folder(id, stat.getPath(), local));
        } else if (FileMode.isSpecial(mode)) {
            destination.special(local, mode, stat.getDevmajor(), stat.getDevminor(), stat.getModTime());
        } else if (FileMode.isSymlink(mode)) {
            destination.symlink(local, stat.getLinkname(), stat.getModTime());
        } else if (!stat.getLinkname().isEmpty()) {
            destination.hardLink(local, linked(stat));
        } else if (!FileMode.isRegular(mode)) {
            throw ReceiveErrors.refused(
                    "entry " + ReceiveErrors.quoted(stat.getPath()) + " has an unsupported file type");
        } else {
            destination.file(local);
            if (stat.getSize() > 0) {
                downloads.add(id);
            } else {
                destination.finish(local, mode, stat.getModTime());
            }
        }
        if (stat.getXattrsCount() > 0 && (FileMode.isFolder(mode) || FileMode.isRegular(mode))) {
            destination.setExtendedAttributes(local, stat.getXattrsMap());
        }
    }

    /**
     * Returns the path of the file that a hard link refers to. Only a file that was announced earlier in the same
     * transfer is accepted.
     */
    private Path linked(ArrivingStat stat) throws IOException, BuildkitException {
        int id = announced.find(stat.getLinkname());
        boolean before = id >= 0 && id < announced.count() - 1;
        if (!before || FileMode.isFolder(announced.mode(id)) || FileMode.isSymlink(announced.mode(id))) {
            throw ReceiveErrors.refused("entry " + ReceiveErrors.quoted(stat.getPath()) + " is a link to "
                    + ReceiveErrors.quoted(stat.getLinkname()) + ", which is not a file that was sent before");
        }
        return FileNames.resolveNew(destination.root(), stat.getLinkname());
    }

    private void enter(WalkOrder.Folder folder) throws IOException {
        if (options.mirrored()) {
            folder.leftovers = destination.list(folder.local);
        }
        order.enter(folder);
    }

    /**
     * Removes an announced entry from the leftovers of its folder. The file system may regard a different name as
     * equal.
     */
    private static void keep(WalkOrder.Folder folder, Path local) {
        if (!folder.leftovers.remove(local) && Files.exists(local, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
            folder.leftovers.removeIf(other -> {
                try {
                    return Files.isSameFile(other, local);
                } catch (IOException e) {
                    return false;
                }
            });
        }
    }

    private void leave(WalkOrder.Folder folder) throws BuildkitException {
        if (folder.leftovers == null) {
            return;
        }
        for (Path leftover : folder.leftovers) {
            try {
                destination.delete(leftover);
            } catch (IOException e) {
                throw new BuildkitException.OutputUnwritableException(
                        "'" + leftover + "' cannot be removed from the output: " + FileErrors.reason(e), e);
            }
        }
    }

    /**
     * Sets the modes and times of folders, in reverse order, because a change in a folder changes the folder's time.
     */
    private void finish() throws BuildkitException {
        for (int id = announced.count() - 1; id >= 0; id--) {
            if (FileMode.isFolder(announced.mode(id))) {
                try {
                    destination.finish(
                            FileNames.resolveNew(destination.root(), announced.path(id)),
                            announced.mode(id),
                            announced.timeNanos(id));
                } catch (IOException e) {
                    throw ReceiveErrors.unwritable("output " + ReceiveErrors.quoted(announced.path(id)), e);
                }
            }
        }
        finished = true;
        answers.accept(packet(PacketType.PACKET_FIN_VALUE, ByteString.EMPTY));
    }

    @Override
    public void end() throws BuildkitException {
        throw ReceiveErrors.refused("it ended before it was complete");
    }

    @Override
    public boolean isComplete() {
        return finished;
    }

    @Override
    public byte[] abortMessage(String reason) {
        return packet(PacketType.PACKET_ERR_VALUE, ByteString.copyFromUtf8(reason));
    }

    private static byte[] packet(int type, ByteString data) {
        return ArrivingPacket.newBuilder().setType(type).setData(data).build().toByteArray();
    }

    @Override
    public void close() {
        if (downloads != null) {
            downloads.close();
        }
    }
}
