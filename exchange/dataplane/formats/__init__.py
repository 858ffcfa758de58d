"""Bodies in: each format becomes chunks of columns with the faults found while parsing."""
