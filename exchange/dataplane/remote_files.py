"""File systems elsewhere. Their libraries take long to load and much memory, in every worker: they
are loaded with the first file system that is asked for."""

from dataclasses import dataclass, field
from typing import Any

from exchange.dataplane.egress_policy import EgressPolicy


@dataclass(frozen=True)
class SftpLogin:
    """An SFTP server, the fingerprint of its key (``SHA256:...``), and how to get in."""

    host: str
    user: str
    host_key: str
    port: int = 22
    password: str = field(default="", repr=False)
    private_key: str = field(default="", repr=False)


@dataclass(frozen=True)
class S3Login:
    """An S3-style storage by the address of its service, and an access key."""

    endpoint: str
    access_key: str
    secret_key: str = field(repr=False)
    region: str = "us-east-1"
    path_style: bool = True


def sftp_files(login: SftpLogin, policy: EgressPolicy) -> Any:
    """A file system over SFTP; Terminal ``host-key-mismatch`` or ``login-refused``, Transient
    ``connection-failed``."""
    from exchange.dataplane import filesystems

    return filesystems.sftp_files(login, policy)


def s3_files(login: S3Login, policy: EgressPolicy) -> Any:
    """A file system over S3-style storage; a refused address is Terminal at once."""
    from exchange.dataplane import filesystems

    return filesystems.s3_files(login, policy)


def close_files(files: Any) -> None:
    """Let go of the connections of a file system."""
    from exchange.dataplane import filesystems

    filesystems.close_files(files)
