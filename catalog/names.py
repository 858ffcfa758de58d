"""Names of resources, compared as reviewers compare them."""

import unicodedata

MAX_KEY = 120


def name_key(name: str) -> str:
    """The name without spaces, punctuation, width and case; equal keys are one name."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    # Some single characters unfold to many; the column holds the first MAX_KEY.
    return "".join(c for c in folded if c.isalnum())[:MAX_KEY]
