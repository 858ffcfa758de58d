class LaunchError(Exception):
    """The start cannot go on; the message says why and what to do, for a person at a terminal."""
