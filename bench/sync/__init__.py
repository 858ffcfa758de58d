"""Table to table through the hub, beside tools that copy from source to target alone."""
