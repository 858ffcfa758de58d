"""A hub in being for benchmarks: one dataset that is provided, granted and read, and its server."""
