"""File systems elsewhere, by fsspec, whose every connection passes the egress guard.

Both leave through a socket or an address that was checked; neither reads keys, agents, profiles
or proxies of this machine. Close what they give with ``close_files``.
"""

import base64
import contextlib
import hashlib
import io
from typing import Any

import paramiko
from fsspec.implementations.sftp import SFTPFileSystem
from s3fs import S3FileSystem

from exchange.dataplane.egress_policy import EgressPolicy, check_url, resolve
from exchange.dataplane.egress_resolver import GuardedResolver
from exchange.dataplane.egress_sockets import guarded_socket
from exchange.dataplane.errors import Terminal, Transient
from exchange.dataplane.remote_files import S3Login, SftpLogin

LOGIN_SECONDS = 15
READ_SECONDS = 60


def sftp_files(login: SftpLogin, policy: EgressPolicy) -> Any:
    """A file system over SFTP; Terminal ``host-key-mismatch`` or ``login-refused``, Transient
    ``connection-failed``."""
    return _GuardedSftp(login, policy)


def s3_files(login: S3Login, policy: EgressPolicy) -> Any:
    """A file system over S3-style storage; a refused address is Terminal at once."""
    url = check_url(login.endpoint)
    plain = url.scheme == "http"
    port = url.port or (80 if plain else 443)
    resolve(url.host, port, policy, plain=plain)
    if not login.access_key or not login.secret_key:
        # Without them the library would ask the machine's own metadata service.
        raise Terminal("login-refused", "An access key and its secret are needed.")
    guard = GuardedResolver(policy, plain=plain)
    return S3FileSystem(
        endpoint_url=login.endpoint,
        key=login.access_key,
        secret=login.secret_key,
        use_ssl=not plain,
        client_kwargs={"region_name": login.region},
        config_kwargs={
            "connector_args": {"resolver": guard, "socket_factory": guard.socket_factory},
            "proxies": {},
            "connect_timeout": LOGIN_SECONDS,
            "read_timeout": READ_SECONDS,
            "retries": {"max_attempts": 2, "mode": "standard"},
            "s3": {"addressing_style": "path" if login.path_style else "virtual"},
        },
        use_listings_cache=False,
        skip_instance_cache=True,
    )


def close_files(files: Any) -> None:
    """Let go of the connections of a file system."""
    with contextlib.suppress(Exception):
        if isinstance(files, SFTPFileSystem):
            files.client.close()
        elif isinstance(files, S3FileSystem) and files._s3 is not None:
            files.close_session(files.loop, files._s3creator)


def fingerprint(key: paramiko.PKey) -> str:
    """A server's key as ``ssh-keygen -l`` shows it."""
    digest = hashlib.sha256(key.asbytes()).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


class _GuardedSftp(SFTPFileSystem):
    """fsspec's SFTP, but the socket and the check of the server's key are ours."""

    cachable = False
    protocol = ("sftp", "ssh")

    def __init__(self, login: SftpLogin, policy: EgressPolicy) -> None:
        self._login = login
        self._policy = policy
        super().__init__(login.host, host_key_policy=_KnownKey(login.host_key))

    def _connect(self) -> None:
        login = self._login
        line = guarded_socket(login.host, login.port, self._policy, timeout=LOGIN_SECONDS)
        line.settimeout(None)
        self.client = paramiko.SSHClient()
        self.client.set_missing_host_key_policy(self.host_key_policy)
        try:
            self.client.connect(
                login.host,
                login.port,
                username=login.user,
                password=login.password or None,
                pkey=_private_key(login.private_key) if login.private_key else None,
                sock=line,
                allow_agent=False,
                look_for_keys=False,
                timeout=LOGIN_SECONDS,
                banner_timeout=LOGIN_SECONDS,
                auth_timeout=LOGIN_SECONDS,
            )
            self.ftp = self.client.open_sftp()
            self.ftp.get_channel().settimeout(READ_SECONDS)
        except paramiko.AuthenticationException:
            self.client.close()
            raise Terminal(
                "login-refused", f"{login.host}:{login.port} refused the login."
            ) from None
        except (paramiko.SSHException, OSError, EOFError):
            self.client.close()
            raise Transient(
                "connection-failed", f"{login.host}:{login.port} could not be reached."
            ) from None
        except BaseException:
            self.client.close()
            raise


class _KnownKey(paramiko.MissingHostKeyPolicy):
    """Accepts the one key whose fingerprint was registered."""

    def __init__(self, wanted: str) -> None:
        self._wanted = wanted.strip().rstrip("=")

    def missing_host_key(
        self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey
    ) -> None:
        found = fingerprint(key)
        if found != self._wanted:
            raise Terminal(
                "host-key-mismatch",
                f"The server shows the key {found}: register it as host_key if its owner"
                " confirms it.",
            )


def _private_key(text: str) -> paramiko.PKey:
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        with contextlib.suppress(paramiko.SSHException, ValueError, IndexError):
            return kind.from_private_key(io.StringIO(text))
    raise Terminal(
        "options-invalid", "The private key cannot be read: give it as OpenSSH PEM, unencrypted."
    )
