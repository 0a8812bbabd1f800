"""The OAuth scopes of the Google Health API."""

PREFIX = "https://www.googleapis.com/auth/googlehealth"
ACTIVITY = f"{PREFIX}.activity_and_fitness.readonly"
SETTINGS = f"{PREFIX}.settings.readonly"
PROFILE = f"{PREFIX}.profile.readonly"

WORDING = {
    ACTIVITY: "See your Google Health activity and fitness data",
    SETTINGS: "See your Google Health settings and paired devices",
    PROFILE: "See your Google Health profile data",
}


def written(scopes: frozenset[str]) -> str:
    """Scopes as Google writes them back: not in the order they were asked for."""
    return " ".join(sorted(scopes, reverse=True))


def read(text: str) -> frozenset[str]:
    """A space-separated scope string as a set."""
    return frozenset(text.split())
