// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.files;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import java.nio.file.ReadOnlyFileSystemException;

/**
 * Describes why a file cannot be used. The message of many of Java's exceptions is the path only, and the class of the
 * exception is the reason.
 */
public final class FileErrors {
    private FileErrors() {}

    /**
     * Returns the reason, preceded by the file if the exception names one. For operations that access several files.
     */
    public static String fileAndReason(IOException failure) {
        String file = failure instanceof FileSystemException known ? known.getFile() : null;
        return (file == null ? "" : "'" + file + "': ") + reason(failure);
    }

    /** Returns the reason without the file, which the text before it has to name. */
    public static String reason(Exception failure) {
        if (failure instanceof UncheckedIOException unchecked) {
            return reason(unchecked.getCause());
        }
        if (failure instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (failure instanceof NoSuchFileException) {
            return "it does not exist";
        }
        if (failure instanceof FileAlreadyExistsException) {
            return "another file or folder with this name already exists";
        }
        if (failure instanceof DirectoryNotEmptyException) {
            return "the folder is not empty";
        }
        if (failure instanceof NotDirectoryException) {
            return "it is not a folder";
        }
        if (failure instanceof NotLinkException) {
            return "it is not a symbolic link";
        }
        if (failure instanceof FileSystemLoopException) {
            return "there is a loop of symbolic links";
        }
        if (failure instanceof ReadOnlyFileSystemException) {
            return "the file system is read-only";
        }
        if (failure instanceof InvalidPathException) {
            return "the name is not allowed on this system";
        }
        if (failure instanceof UnsupportedOperationException) {
            return "the file system does not support this kind of file";
        }
        if (failure instanceof FileSystemException file) {
            return file.getReason() == null ? "the file system rejects it" : file.getReason();
        }
        if (failure instanceof CharacterCodingException) {
            return "it is not text in UTF-8";
        }
        if (failure instanceof EOFException) {
            return "it is truncated";
        }
        if (failure instanceof ClosedChannelException || failure instanceof InterruptedIOException) {
            return "it was interrupted";
        }
        // The message of a plain IOException is a readable text, written by a developer or by the operating system.
        String text = failure.getClass() == IOException.class ? failure.getMessage() : null;
        return text == null || text.isBlank() ? "it cannot be read or written" : text;
    }
}
