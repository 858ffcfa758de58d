"""Which resources are the same under other names, and which items two departments collect."""
