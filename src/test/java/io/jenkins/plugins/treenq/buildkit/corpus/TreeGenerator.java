// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.corpus;

import static java.util.Collections.nCopies;

import io.jenkins.plugins.treenq.buildkit.corpus.SampleEntry.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Generates the files of a build context. */
final class TreeGenerator {
    /** Kinds of entries, each as often as its weight. */
    private static final List<Kind> KINDS = Stream.of(
                    nCopies(14, Kind.FILE),
                    nCopies(7, Kind.FOLDER),
                    nCopies(5, Kind.SYMLINK),
                    nCopies(3, Kind.HARDLINK),
                    nCopies(1, Kind.PIPE),
                    nCopies(1, Kind.SOCKET),
                    nCopies(1, Kind.SPARSE))
            .flatMap(List::stream)
            .toList();

    private static final Integer[] FILE_MODES = {0755, 0600, 0400, 0, 0111, 0777, 04755, 02755, 06711, 01644, 07777};
    private static final Integer[] FOLDER_MODES = {0700, 0777, 0555, 0, 01777, 02775, 04711, 07777};
    private static final int SET_UID = 04000;
    private static final int SET_GID = 02000;

    private final RandomChoices chance;
    private final int number;
    /** Whether all times are rewritten, so that no image depends on a time. */
    private final boolean recent;

    private final List<String> names = new ArrayList<>();
    private final List<SampleEntry> things = new ArrayList<>();
    private final Set<String> paths = new HashSet<>();
    private final List<String> folders = new ArrayList<>(List.of(""));

    TreeGenerator(RandomChoices chance, int number) {
        this.chance = chance;
        this.number = number;
        this.recent = chance.percent(40);
        chooseNames();
        grow();
    }

    List<String> names() {
        return names;
    }

    List<SampleEntry> things() {
        return things;
    }

    private void chooseNames() {
        if (chance.percent(50)) {
            names.addAll(Names.TRAPS);
        }
        int count = 3 + chance.below(8);
        int odd = chance.pick(0, 20, 60);
        int scripts = chance.pick(0, 20, 60);
        for (int i = 0; i < count; i++) {
            List<String> kind = chance.percent(odd) ? Names.ODD : chance.percent(scripts) ? Names.SCRIPTS : Names.PLAIN;
            names.add(chance.pick(kind));
        }
        if (chance.percent(8)) {
            names.add(chance.pick(Names.NO_UTF8));
        }
        if (chance.percent(4)) {
            names.add(chance.pick(Names.LONG));
        }
    }

    private void grow() {
        boolean oldFolders = !recent && chance.percent(25);
        if (oldFolders) {
            // The daemon keeps the last context, and a folder's time in it depends on what was there before. One with a
            // name of its own was never there.
            addFolder(Sample.RUN, oldTime());
        }
        switch (number % 40) {
            case 11 ->
                IntStream.range(0, 600).forEach(i -> add(Kind.FILE, "wide/" + i * 7919 % 600, "", chance.below(3)));
            case 17 -> addDeepFolder();
            case 23 -> add(Kind.FILE, "big", "", (4 << 20) + chance.below(4 << 20));
            case 31 -> add(Kind.SPARSE, "sparse", "", (8 << 20) + chance.below(1000));
            // A rootless daemon cannot create a device, so the build fails if the device is needed.
            case 37 -> add(Kind.DEVICE, chance.pick("device", "a/device"), "", 0);
            default -> {
                // Most samples are small.
            }
        }
        add(Kind.FILE, "file", "", 4);
        int count = 3 + chance.below(22);
        for (int i = 0; i < count; i++) {
            String folder = chance.pick(oldFolders ? folders.subList(1, folders.size()) : folders);
            addSomething(folder, oldFolders);
        }
    }

    private void addSomething(String folder, boolean oldFolders) {
        String path = (folder.isEmpty() ? "" : folder + "/") + chance.pick(names);
        Kind kind = chance.pick(KINDS);
        switch (kind) {
            case FILE ->
                add(kind, path, "", chance.percent(20) ? 0 : chance.below(chance.pick(50, 50, 50, 50, 100_000)));
            case SPARSE -> add(kind, path, "", 1 + chance.below(100_000));
            case FOLDER -> addFolder(path, oldFolders && chance.percent(70) ? oldTime() : recentTime());
            case SYMLINK -> add(kind, path, linkTarget(folder, path), 0);
            case HARDLINK -> addHardLink(path);
            default -> add(kind, path, "", 0);
        }
    }

    private void addDeepFolder() {
        String path = "deep";
        for (int depth = 0; depth < 40; depth++) {
            addFolder(path, recentTime());
            path += "/" + chance.pick(names);
        }
        add(Kind.FILE, path, "", 5);
    }

    private void addFolder(String path, long time) {
        if (paths.add(path)) {
            folders.add(path);
            things.add(new SampleEntry(Kind.FOLDER, path, "", 0, mode(0755, FOLDER_MODES), time, nanos()));
        }
    }

    private void addHardLink(String path) {
        int at = chance.pick(IntStream.range(0, things.size())
                .filter(i -> !things.get(i).isFolder() && things.get(i).kind() != Kind.HARDLINK)
                .boxed()
                .toList());
        SampleEntry target = things.get(at);
        // Writing clears these bits, and creating a link restores them; the order of both in the daemon is random.
        things.set(at, target.withMode(target.mode() & ~(SET_UID | SET_GID)));
        add(Kind.HARDLINK, path, target.path(), 0);
    }

    private void add(Kind kind, String path, String target, int bytes) {
        if (paths.add(path)) {
            long time = recent || chance.percent(40) ? recentTime() : oldTime();
            things.add(new SampleEntry(kind, path, target, bytes, mode(0644, FILE_MODES), time, nanos()));
        }
    }

    private int mode(int usual, Integer[] others) {
        return chance.percent(60) ? usual : chance.percent(80) ? chance.pick(others) : chance.below(010000);
    }

    private long recentTime() {
        return SampleGenerator.EPOCH + 1 + chance.below(60_000_000);
    }

    private long oldTime() {
        return chance.pick(
                SampleGenerator.EPOCH,
                SampleGenerator.EPOCH - 1,
                SampleGenerator.EPOCH - chance.below(1_000_000_000),
                (long) chance.below(1_000),
                0L,
                -1L,
                (long) -chance.below(1_000_000_000),
                Sample.FAR_FUTURE + 1_413_792_000);
    }

    /** Differs between samples, because the daemon regards a file with the same size, time and mode as unchanged. */
    private int nanos() {
        return chance.below(1_000_000_000);
    }

    private String linkTarget(String folder, String path) {
        String up = folder.isEmpty() ? "" : "../".repeat(folder.split("/").length);
        String known = chance.pick(things).path();
        return switch (chance.below(20)) {
            case 0 -> "/" + known;
            case 1 -> "/" + known + "/";
            case 2 -> "./" + up + "./" + known;
            case 3 -> up + known + "/..";
            case 4 -> up + "../" + known;
            case 5 -> "/" + up + "//" + known;
            case 6 -> path.substring(path.lastIndexOf('/') + 1);
            case 7 -> chance.pick(".", "..", "/", "./", "../../..", "...");
            case 8 ->
                chance.pick("/etc/passwd", "/nowhere", "../../../../../etc/passwd", "nowhere", "d/".repeat(1_500));
            case 9 -> chance.pick(names);
            case 10 -> "/" + chance.pick(names) + "/" + chance.pick(names);
            default -> up + known;
        };
    }
}
