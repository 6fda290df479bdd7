package dev.newt.hub;

import java.util.OptionalLong;

/** Receives the progress of downloads. */
public interface DownloadListener {
    /** The number of bytes of a file received so far. */
    void progress(String file, long bytes, OptionalLong total);

    /** A file is complete and checked. */
    void finished(String file, long bytes);

    /** Something worth knowing: a wait, a retry, an older copy in use. */
    void note(String message);

    /** A listener that ignores everything. */
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
