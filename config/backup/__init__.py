"""Backups: the database as of one moment, every blob that it names, and the way back."""
