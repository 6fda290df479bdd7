package dev.newt.hub;

import dev.newt.io.UserException;

/** What to tell the user when the hub refuses a request. */
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
                                            + "name, and HF_TOKEN or the token file in HF_HOME."
                                    : "is private, gated or does not exist. Check the name; if it is right, set "
                                            + "HF_TOKEN to a token from an account that may read it.";
                    case 403 -> failure.hasCode("GatedRepo") || !token
                            ? gated(page)
                            : "the account behind HF_TOKEN may not read it. Ask for access at " + page
                                    + ", and allow the token to read gated repositories.";
                    case 404 -> missing(repo, revision, failure, token);
                    default -> "the hub refuses to serve it: " + failure.getMessage() + ".";
                };
        return new UserException(repo + ": " + what, failure);
    }

    private static String gated(String page) {
        return "is gated. Accept its licence at " + page + " with your account, then set HF_TOKEN to a token from that "
                + "account.";
    }

    private static String missing(Repo repo, String revision, HttpFailure failure, boolean token) {
        if (failure.hasCode("RevisionNotFound")) {
            return "has no revision " + revision + ".";
        }
        if (failure.hasCode("EntryNotFound")) {
            return "a file of revision " + revision + " is no longer on the hub. Try again.";
        }
        return "there is no folder of this name here, and no such "
                + (repo.kind() == Repo.Kind.MODEL ? "model" : "data set") + " on the hub"
                + (token ? ". Check the name." : " that is public. Check the name; if it is private, set HF_TOKEN.");
    }
}
