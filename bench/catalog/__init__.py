"""Search, duplicates and import at the size of a province; see bench/README.md for the method."""
