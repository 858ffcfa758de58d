"""Zombie rules against a labelled synthetic register, and scans of a large one."""
