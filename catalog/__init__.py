"""What exists: the catalogue of government information resources."""
