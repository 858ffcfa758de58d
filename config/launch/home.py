"""A launcher's home: one folder with its lock, secrets, ports, logs and data."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import pwd
import secrets
import subprocess
import tempfile
from base64 import b64encode, urlsafe_b64encode
from pathlib import Path

from config.env import BASE_DIR
from config.launch.errors import LaunchError
from config.launch.ports import free_port, is_free
from config.launch.processes import Account

EMBEDDED = BASE_DIR / "var" / "embedded"
TEST_SLOTS = BASE_DIR / "var" / "test"
_SLOTS = 16
# Name -> random bytes; the operator's password is typed by a person.
_SECRETS = {
    "secret_key": 48,
    "metrics_token": 32,
    "owner_password": 32,
    "app_password": 32,
    "target_password": 32,
    "valkey_password": 32,
    "operator_password": 12,
    "sealing_key": 32,
    "evidence_key": 32,
}


class Home:
    """The folder of one running platform. Holding the object means holding its lock."""

    def __init__(self, root: Path, lock: int) -> None:
        self.root = root
        self._lock = lock
        self.account = server_account()
        self.server_root = _server_root(root, self.account)
        self.logs = root / "log"
        self.logs.mkdir(exist_ok=True)
        self.secrets = _read_secrets(root / "secrets.json")

    def log(self, name: str) -> Path:
        """The log file of one server."""
        return self.logs / f"{name}.log"

    def port(self, name: str) -> int:
        """The port this home used before, when it is still free, else a new free one."""
        book = self.root / "ports.json"
        ports = json.loads(book.read_text()) if book.exists() else {}
        if not is_free(ports.get(name, 0)):
            ports[name] = free_port()
            book.write_text(json.dumps(ports))
        return int(ports[name])

    def release(self) -> None:
        """Give the lock back; the system does the same when the process ends."""
        os.close(self._lock)


def open_home(root: Path) -> Home:
    """Make or open a home and take its lock; LaunchError names the process that holds it."""
    _make_folder(root)
    lock = _take_lock(root / "lock")
    if lock is None:
        holder = (root / "lock").read_text().strip() or "unknown"
        raise LaunchError(
            f"This folder's servers are already running (launcher process {holder}).\n"
            "Stop that one with Ctrl-C first, or use another copy of the project."
        )
    return Home(root, lock)


def open_test_home() -> Home:
    """The first test home nobody uses, so that several test runs go side by side."""
    for slot in range(1, _SLOTS + 1):
        root = TEST_SLOTS / str(slot)
        _make_folder(root)
        lock = _take_lock(root / "lock")
        if lock is not None:
            return Home(root, lock)
    raise LaunchError(f"All {_SLOTS} test homes under {TEST_SLOTS} are in use.")


def server_account() -> Account:
    """PostgreSQL refuses to run as root: then `postgres`, or `nobody`; otherwise ourselves."""
    if os.geteuid() != 0:
        return Account()
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(found.pw_uid, found.pw_gid)
    return Account(65534, 65534)


def reachable(folder: Path, account: Account) -> bool:
    """Whether the account can enter the folder through all its parents."""
    answer = subprocess.run(
        ["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)],
        cwd="/",
        stderr=subprocess.DEVNULL,
        check=False,
        **account.popen(),  # type: ignore[call-overload]
    )
    return bool(answer.returncode == 0)


def _make_folder(folder: Path) -> None:
    """Make it and open our folders above it for entering, never the project's parents."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except PermissionError as problem:
        raise LaunchError(f"{problem.filename} cannot be made here: {problem.strerror}.") from None
    if folder.stat().st_uid != os.geteuid():
        raise LaunchError(
            f"{folder} was made by another account. Run as that account, or remove the folder."
        )
    for ours in (folder, *folder.parents):
        if ours == BASE_DIR or BASE_DIR not in ours.parents:
            break
        if ours.stat().st_uid == os.geteuid():
            ours.chmod(ours.stat().st_mode | 0o711)


def _take_lock(file: Path) -> int | None:
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    os.truncate(handle, 0)
    os.write(handle, f"{os.getpid()}\n".encode())
    return handle


def _server_root(root: Path, account: Account) -> Path:
    """Where PostgreSQL's files lie: in the home, unless its account cannot come there.

    A project under a private folder (such as /root) is not opened up for it; the files then lie
    under /var/lib, or the temporary folder, by the home's name.
    """
    if account.uid is None or reachable(root, account):
        return root
    name = f"shuqiao-{hashlib.sha256(str(root).encode()).hexdigest()[:12]}"
    state = Path("/var/lib")
    base = state if os.access(state, os.W_OK) else Path(tempfile.gettempdir())
    folder = base / name
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise LaunchError(f"{folder} is not ours or is open to others; remove it and try again.")
    folder.chmod(0o711)  # whatever the umask was
    (root / "outside").write_text(f"{folder}\n")
    return folder


def _read_secrets(file: Path) -> dict[str, str]:
    """Random secrets, made once, readable by the owner only."""
    known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    missing = [name for name in _SECRETS if name not in known]
    if missing:
        for name in missing:
            known[name] = _made_secret(name)
        fresh = file.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            json.dump(known, out, indent=1)
            out.flush()
            os.fsync(out.fileno())
        fresh.rename(file)
    return known


def _made_secret(name: str) -> str:
    if name == "sealing_key":
        return urlsafe_b64encode(secrets.token_bytes(32)).decode()
    if name == "evidence_key":
        return f"ed25519:{b64encode(secrets.token_bytes(32)).decode()}"
    return secrets.token_urlsafe(_SECRETS[name])
