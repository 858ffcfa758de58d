"""How a scan reads evidence in columns, finds systems alike, and keeps the verdicts."""
