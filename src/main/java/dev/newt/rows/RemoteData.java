package dev.newt.rows;

import dev.newt.hub.DownloadListener;
import dev.newt.hub.Hub;
import dev.newt.hub.Repo;
import dev.newt.hub.Revision;
import dev.newt.hub.WebCache;
import dev.newt.io.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Data at an address or in a repository on the hub: downloads them, or looks them up in the caches. */
public final class RemoteData {
    private static final String README = "README.md";

    private final Hub hub;
    private final WebCache web;

    public RemoteData(Hub hub, WebCache web) {
        this.hub = hub;
        this.web = web;
    }

    public static RemoteData fromEnvironment(DownloadListener listener) {
        return new RemoteData(Hub.fromEnvironment(listener), WebCache.fromEnvironment(listener));
    }

    /**
     * Downloads what is not in the cache yet. Does nothing for local paths.
     *
     * @throws UserException if something cannot be downloaded
     */
    public void fetch(DatasetRequest asked, Function<String, Path> resolver) {
        DatasetRequest request = asked.plain(resolver);
        addresses(request).forEach(web::fetch);
        Optional<Repo> repo = repo(request, resolver);
        if (repo.isPresent()) {
            Revision revision = hub.open(repo.get(), request.repo().revision());
            revision.fetch(select(revision, request));
        }
    }

    /** The downloaded files of a request; empty if it names local paths. */
    Optional<List<Path>> find(DatasetRequest request, Function<String, Path> resolver) {
        if (!addresses(request).isEmpty()) {
            List<Path> files = new ArrayList<>();
            for (String address : addresses(request)) {
                files.add(web.find(address)
                        .orElseThrow(() -> new NotFetchedException(
                                address.replaceFirst("[?#].*$", ""),
                                address.replaceFirst("[?#].*$", "")
                                        + ": has not been downloaded yet; train and preprocess download it.")));
            }
            return Optional.of(files);
        }
        return repo(request, resolver).map(repo -> {
            Revision revision = hub.cached(repo, request.repo().revision())
                    .orElseThrow(() -> new NotFetchedException(
                            request.path(),
                            resolver.apply(request.path())
                                    + ": does not exist, and the data set " + request.path()
                                    + " has not been downloaded from the hub yet; train and preprocess download it."));
            List<String> names = select(revision, request);
            Path folder = revision.fetch(names);
            return names.stream().map(folder::resolve).toList();
        });
    }

    private static List<String> addresses(DatasetRequest request) {
        if (WebCache.isAddress(request.path())) {
            return List.of(request.path());
        }
        List<String> addresses =
                request.dataFiles().stream().filter(WebCache::isAddress).toList();
        if (!addresses.isEmpty() && addresses.size() < request.dataFiles().size()) {
            throw new UserException(
                    request.path() + ": data_files mixes addresses and paths; write one entry for each.");
        }
        return addresses;
    }

    /** A name that exists locally is not a repository, nor is one that looks like a data file. */
    private static Optional<Repo> repo(DatasetRequest request, Function<String, Path> resolver) {
        String path = request.path();
        boolean named = path.contains("/") && Repo.of(Repo.Kind.DATASET, path).isPresent();
        if (!named || !addresses(request).isEmpty()) {
            return Optional.empty();
        }
        boolean file = Format.of(Path.of(path)).isPresent() || Files.exists(resolver.apply(path));
        return file ? Optional.empty() : Repo.of(Repo.Kind.DATASET, path);
    }

    private static List<String> select(Revision revision, DatasetRequest request) {
        List<String> names = revision.files();
        String origin = revision.repo().toString();
        if (request.repo().folder().isPresent()) {
            return ofFolder(names, request, request.repo().folder().get().replaceAll("/+$", "") + "/", origin);
        }
        if (!request.dataFiles().isEmpty()) {
            return FileSelection.listed(names, request.dataFiles(), origin);
        }
        if (names.contains(README)) {
            Optional<List<String>> patterns = DatasetCard.of(read(revision.fetch(README)), origin)
                    .patterns(request.repo().name(), request.split().name(), origin);
            if (patterns.isPresent()) {
                return FileSelection.data(FileSelection.listed(names, patterns.get(), origin), request.dsType());
            }
        }
        List<String> candidates = request.repo().name().isEmpty()
                ? names
                : names.stream()
                        .filter(name -> name.startsWith(request.repo().name().get() + "/"))
                        .toList();
        if (FileSelection.data(candidates, request.dsType()).isEmpty()) {
            refuseScript(revision, names);
        }
        return DataFiles.select(candidates, request.dsType(), request.split(), origin);
    }

    /** The folder is treated as the whole repository: the names within it tell the splits. */
    private static List<String> ofFolder(List<String> names, DatasetRequest request, String folder, String origin) {
        if (request.repo().name().isPresent()) {
            throw new UserException(
                    origin + ": a configuration (" + request.repo().name().get() + ") and a folder (" + folder
                            + ") cannot both be chosen. Keep only one.");
        }
        List<String> inside = names.stream()
                .filter(name -> name.startsWith(folder))
                .map(name -> name.substring(folder.length()))
                .toList();
        if (inside.isEmpty()) {
            throw new UserException(origin + ": has no folder " + folder);
        }
        String place = origin + ", folder " + folder;
        List<String> selected = request.dataFiles().isEmpty()
                ? DataFiles.select(inside, request.dsType(), request.split(), place)
                : FileSelection.listed(inside, request.dataFiles(), place);
        return selected.stream().map(name -> folder + name).toList();
    }

    private static void refuseScript(Revision revision, List<String> names) {
        String id = revision.repo().id();
        if (names.contains(id.substring(id.lastIndexOf('/') + 1) + ".py")) {
            throw new UserException(revision.repo() + ": needs a loading script, and code from data sets is never run. "
                    + "The hub may have its rows as Parquet under the revision refs/convert/parquet.");
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UserException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }
}
