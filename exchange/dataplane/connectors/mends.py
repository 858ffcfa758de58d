"""What to do about each fault of a source, by its code."""

_AGAIN = "Nothing needs to be changed here: it is tried again."

MENDS = {
    "connection-failed": "Check host and port, the firewall between, and that the server runs.",
    "connection-lost": _AGAIN,
    "name-unresolved": "Check the host's name, or the name server of the hub.",
    "source-busy": _AGAIN,
    "source-full": "The source's owner has to free space, memory or connections.",
    "source-failing": "The source's owner has to look at its storage.",
    "timeout": "Ask for smaller pages, or have the source's owner look at its speed.",
    "folder-missing": "Check the folder's path, and that the share is mounted.",
    "file-changing": "Files are best written under another name and renamed when complete.",
    "file-unreadable": _AGAIN,
    "egress-denied": "An administrator adds the host and port to EGRESS_ALLOW.",
    "folder-denied": "An administrator adds the folder to CONNECTOR_FOLDERS.",
    "driver-missing": "An administrator installs the driver beside the hub.",
    "login-refused": "Check the user, the database's name, and give the password again.",
    "host-key-mismatch": "Ask the server's owner for its fingerprint and register that.",
    "source-forbidden": "The source's owner grants the login SELECT, or reading, on this.",
    "source-mismatch": "Change the name or the mapping to what the source has now.",
    "source-encoding": "Declare the encoding that the source really has.",
    "source-unreadable": "The source's owner has to deliver it in the declared format.",
    "source-refused": "Check the options of the connector against the source.",
    "source-constraint": "Check the options of the connector against the source.",
    "value-refused": "Read all anew: the place does not fit the source any more.",
    "place-invalid": "Read all anew.",
    "overlap-invalid": "Set the overlap to 0, or choose another watermark.",
    "watermark-unsupported": "Read in full, or name what asks for changes.",
    "keys-unsupported": "Compare by a full read.",
    "format-unknown": "Set the option format.",
    "pattern-invalid": "Write a path below the root.",
    "too-many-files": "Use a narrower pattern, or move files that were read away.",
    "file-too-large": "Part the file, or deliver it as Parquet or CSV.",
    "page-too-large": "Lower the page size.",
    "too-many-pages": "Raise the page size, or part the list.",
    "paging-loop": "Check the names of the paging parameters.",
    "redirected": "Register the address that the interface redirects to.",
    "options-invalid": "Change the option that is named.",
    "dsn-refused": "Check host, database, user and password.",
}


def mend(code: str) -> str:
    """One sentence on what mends a fault of this code; empty if nothing general can be said."""
    return MENDS.get(code, "")
