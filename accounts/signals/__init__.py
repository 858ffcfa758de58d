"""Facts about systems: how bodies of them are read, screened, stored, and read back by day."""
