// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.report;

import hudson.XmlFile;
import hudson.model.Job;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.model.Jenkins;

/**
 * A list in a file of a job that only serves pages, so neither a build nor a page fails if the file cannot be read.
 * Before such a file is replaced, it is renamed, so that it can be repaired by hand.
 *
 * @param <T> type of the entries
 */
public final class ListFile<T> {
    private static final Logger LOGGER = Logger.getLogger(ListFile.class.getName());

    private final Job<?, ?> job;
    private final String name;
    private final Class<T> type;
    private final Predicate<T> isComplete;

    /**
     * @param name name of the file in the folder of the job
     * @param isComplete whether an entry has all its values; other entries are ignored
     */
    public ListFile(Job<?, ?> job, String name, Class<T> type, Predicate<T> isComplete) {
        this.job = job;
        this.name = name;
        this.type = type;
        this.isComplete = isComplete;
    }

    /** Returns the file in the job's current folder. */
    private XmlFile file() {
        return new XmlFile(Jenkins.XSTREAM2, new File(job.getRootDir(), name));
    }

    public boolean exists() {
        return file().exists();
    }

    /** Returns the entries; none if the file cannot be read. The list can be changed. */
    public List<T> read() {
        try {
            return entries();
        } catch (IOException | RuntimeException e) {
            LOGGER.log(Level.WARNING, e, () -> file() + " cannot be read; its entries are not shown");
            return new ArrayList<>();
        }
    }

    /**
     * Returns the entries, in order to write the file next. A file that cannot be read is renamed, and replaces one
     * that was renamed before. The list can be changed.
     *
     * @throws IOException if the file cannot be renamed, so that it must not be written
     */
    public List<T> readForChange() throws IOException {
        try {
            return entries();
        } catch (IOException | RuntimeException e) {
            Path file = file().getFile().toPath();
            if (!Files.isRegularFile(file)) {
                throw new IOException(file + " is not a file", e);
            }
            Path kept = file.resolveSibling(name + ".unreadable");
            Files.move(file, kept, StandardCopyOption.REPLACE_EXISTING);
            LOGGER.log(Level.WARNING, e, () -> file + " cannot be read, and was renamed to " + kept.getFileName());
            return new ArrayList<>();
        }
    }

    private List<T> entries() throws IOException {
        List<T> entries = new ArrayList<>();
        XmlFile file = file();
        if (!file.exists()) {
            return entries;
        }
        if (!(file.read() instanceof List<?> stored)) {
            throw new IOException("the file contains no list");
        }
        stored.stream()
                .filter(type::isInstance)
                .map(type::cast)
                .filter(isComplete)
                .forEach(entries::add);
        return entries;
    }

    public void write(List<T> entries) throws IOException {
        file().write(new ArrayList<>(entries));
    }
}
