package dev.newt.hub;

import dev.newt.io.UserException;

/** What to tell the user where the hub refuses. */
final class HubErrors {
    private HubErrors() {}

    static UserException refused(Repo repo, String revision, HubSettings settings, HttpFailure failure) {
        String page = settings.endpoint() + repo.webPath();
        boolean token = settings.token().isPresent();
        String what =
                switch (failure.status()) {
                    case 401 -> failure.hasCode("GatedRepo")
                            ? gated(page)
                            : token
                                    ? "the hub does not accept the token, or there is no such repository. Check the "
                                            + "name, and HF_TOKEN or the file token in HF_HOME."
                                    : "is private, or gated, or does not exist. Check the name; if it is right, set "
                                            + "HF_TOKEN to a token of an account that may read it.";
                    case 403 -> failure.hasCode("GatedRepo") || !token
                            ? gated(page)
                            : "the account of HF_TOKEN may not read it. Ask for access at " + page
                                    + ", and let the token read gated repositories.";
                    case 404 -> missing(repo, revision, failure, token);
                    default -> "the hub refuses to give it: " + failure.getMessage() + ".";
                };
        return new UserException(repo + ": " + what, failure);
    }

    private static String gated(String page) {
        return "is gated. Accept its licence at " + page + " with your account, then set HF_TOKEN to a token of that "
                + "account.";
    }

    private static String missing(Repo repo, String revision, HttpFailure failure, boolean token) {
        if (failure.hasCode("RevisionNotFound")) {
            return "has no revision " + revision + ".";
        }
        if (failure.hasCode("EntryNotFound")) {
            return "a file of revision " + revision + " is gone from the hub. Try again.";
        }
        return "there is no folder of this name here, and no such "
                + (repo.kind() == Repo.Kind.MODEL ? "model" : "data set") + " on the hub"
                + (token ? "." : " for who has no account; if it is private, set HF_TOKEN.") + " Check the name.";
    }
}
