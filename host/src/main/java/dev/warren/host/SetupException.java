package dev.warren.host;

import dev.warren.io.ffm.Errno;
import dev.warren.io.ffm.ErrnoException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/// A failure that ends a command. The operator sees its message alone, which has to be enough to act on.
public final class SetupException extends Exception {
    private static final long serialVersionUID = 1L;

    public SetupException(String sentence) {
        super(sentence);
    }

    public SetupException(String sentence, Throwable cause) {
        super(sentence, cause);
    }

    /// An exception with the message `what: why`, where why is the message of the innermost cause that has one.
    public static SetupException of(String what, Throwable cause) {
        return new SetupException(what + ": " + reason(cause), cause);
    }

    private static String reason(Throwable cause) {
        var inner = cause;
        while ((inner instanceof CompletionException
                        || inner instanceof ExecutionException
                        || inner.getMessage() == null)
                && inner.getCause() != null) {
            inner = inner.getCause();
        }
        if (inner instanceof ErrnoException e && (e.errno() == Errno.EPERM || e.errno() == Errno.EACCES)) {
            return inner.getMessage()
                    + (Privileges.root() ? "; this container does not allow it" : "; this needs root");
        }
        if (inner instanceof FileSystemException file) {
            return file.getFile() + ": " + (file.getReason() == null ? words(file) : file.getReason());
        }
        return inner.getMessage() == null ? inner.getClass().getSimpleName() : inner.getMessage();
    }

    /// The JDK's message of these is the name of the file alone.
    private static String words(FileSystemException e) {
        return switch (e) {
            case AccessDeniedException _ -> "permission denied";
            case NoSuchFileException _ -> "does not exist";
            case FileAlreadyExistsException _ -> "exists already";
            default -> e.getClass().getSimpleName();
        };
    }
}
