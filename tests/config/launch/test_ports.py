import os
import socket
import sys

import pytest

from config.launch.errors import LaunchError
from config.launch.ports import free_port, is_free, reserved
from config.launch.processes import Processes, Server
from config.launch.services import answers


def test_a_free_port_is_free():
    assert is_free(free_port())
    assert not is_free(0)


def test_a_reserved_port_is_taken_for_every_other_launcher():
    first, second = free_port(), free_port()
    with reserved([first, second]) as mine:
        assert mine == first
        with reserved([first, second]) as theirs:
            assert theirs == second
        with pytest.raises(LaunchError, match="PORT="), reserved([first]):
            pass
    with reserved([first]) as again:
        assert again == first


def test_a_port_somebody_listens_on_is_passed_over():
    with socket.socket() as rival:
        rival.bind(("127.0.0.1", 0))
        rival.listen()
        other = free_port()
        with reserved([rival.getsockname()[1], other]) as port:
            assert port == other


def test_the_web_server_may_listen_on_the_port_kept_for_it(tmp_path):
    (tmp_path / "hello.py").write_text(
        "def application(environ, start):\n    start('200 OK', [])\n    return [b'hello']\n"
    )
    with Processes() as processes, reserved([free_port()]) as port:
        argv = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port)]
        server = Server(
            "hello",
            [*argv, "hello:application"],
            dict(os.environ),
            tmp_path / "hello.log",
            cwd=tmp_path,
        )
        processes.start(server).wait_until(lambda: answers(port), timeout=20)
        assert all(answers(port) for _ in range(5))
