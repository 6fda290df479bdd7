package dev.newt.hub;

import dev.newt.io.UserException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** Checks the names that a server gives its files before they become local paths. */
final class RemoteNames {
    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");
    /** Windows treats these names, with any extension, as devices. */
    private static final Pattern DEVICE =
            Pattern.compile("(?i)(con|prn|aux|nul|com\\d|lpt\\d)(\\..*)?", Pattern.UNICODE_CASE);

    private RemoteNames() {}

    /** Whether the name, with {@code /} between its parts, stays below the folder it is resolved against, on every system. */
    static boolean isSafe(String name) {
        if (name.isEmpty()
                || name.length() > 1000
                || name.indexOf('\\') >= 0
                || name.indexOf(':') >= 0
                || CONTROL.matcher(name).find()) {
            return false;
        }
        for (String part : name.split("/", -1)) {
            boolean leaves = part.isEmpty() || part.equals(".") || part.equals("..");
            if (leaves
                    || part.endsWith(".")
                    || part.endsWith(" ")
                    || DEVICE.matcher(part).matches()) {
                return false;
            }
        }
        return true;
    }

    /**
     * The path of a server's file below {@code folder}.
     *
     * @throws UserException if the name would lead elsewhere
     */
    static Path below(Path folder, String name, String origin) {
        if (!isSafe(name)) {
            throw new UserException(
                    origin + ": names a file \"" + CONTROL.matcher(name).replaceAll("?")
                            + "\", which cannot be stored safely; nothing was written.");
        }
        return folder.resolve(name);
    }
}
