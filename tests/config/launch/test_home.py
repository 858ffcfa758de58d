import json
import os
import socket
import stat
import subprocess
import sys

import pytest

from config import env
from config.launch.errors import LaunchError
from config.launch.home import open_home, reachable, server_account
from config.launch.ports import is_free


def test_a_second_launcher_of_one_folder_is_refused_by_the_firsts_process_id(root):
    home = open_home(root)
    with pytest.raises(LaunchError, match=f"launcher process {os.getpid()}"):
        open_home(root)
    home.release()
    open_home(root).release()


def test_a_killed_launcher_leaves_no_lock_behind(root):
    code = (
        f"from config.launch.home import *; open_home(Path({str(root)!r})); os.kill(os.getpid(), 9)"
    )
    died = subprocess.run([sys.executable, "-c", code], cwd=env.BASE_DIR, check=False)
    assert died.returncode == -9
    open_home(root).release()


def test_secrets_are_made_once_and_readable_by_the_owner_only(root):
    first = open_home(root)
    first.release()
    second = open_home(root)
    second.release()
    assert second.secrets == first.secrets
    assert len(set(first.secrets.values())) == 9
    assert min(len(word) for word in first.secrets.values()) >= 16
    assert stat.S_IMODE((root / "secrets.json").stat().st_mode) == 0o600


def test_a_secret_added_by_a_later_version_leaves_the_others_alone(root):
    first = open_home(root)
    first.release()
    older = {name: word for name, word in first.secrets.items() if name != "metrics_token"}
    (root / "secrets.json").write_text(json.dumps(older))
    second = open_home(root)
    second.release()
    assert older.items() <= second.secrets.items()
    assert second.secrets["metrics_token"] != first.secrets["metrics_token"]


def test_a_port_is_kept_while_it_is_free_and_given_up_when_taken(root):
    home = open_home(root)
    port = home.port("postgres")
    assert home.port("postgres") == port
    with socket.socket() as rival:
        rival.bind(("127.0.0.1", port))
        rival.listen()
        assert not is_free(port)
        assert home.port("postgres") != port
    home.release()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be kept out of its own folder")
def test_under_a_private_folder_the_servers_files_lie_outside_and_the_folder_stays_private(
    tmp_path,
):
    tmp_path.chmod(0o700)
    before = os.umask(0o077)
    home = open_home(tmp_path / "home")
    os.umask(before)
    try:
        assert home.server_root != home.root
        assert reachable(home.server_root, server_account())
        assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700
        assert (home.root / "outside").read_text().strip() == str(home.server_root)
    finally:
        home.release()
        home.server_root.rmdir()
