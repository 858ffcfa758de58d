"""Programs that stand alone: for those who do not want to trust the platform."""
