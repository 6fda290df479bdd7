package dev.newt.hub;

import java.util.OptionalLong;

/** Told how downloads go on. */
public interface DownloadListener {
    /** Bytes of a file that are here so far. */
    void progress(String file, long bytes, OptionalLong total);

    /** A file is here, whole and checked. */
    void finished(String file, long bytes);

    /** Something worth knowing: a wait, a repetition, an older copy in use. */
    void note(String message);

    /** Told nothing. */
    static DownloadListener silent() {
        return new DownloadListener() {
            @Override
            public void progress(String file, long bytes, OptionalLong total) {}

            @Override
            public void finished(String file, long bytes) {}

            @Override
            public void note(String message) {}
        };
    }
}
