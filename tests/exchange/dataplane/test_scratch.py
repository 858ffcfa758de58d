"""What a process held when it was killed is known, and gone with the next look."""

import signal
import subprocess
import sys
from pathlib import Path

from exchange.dataplane.scratch import scratch, sweep

HOLDER = """
import sys, time
from pathlib import Path
from exchange.dataplane.scratch import scratch
with scratch(Path(sys.argv[1])) as folder:
    (folder / "rows").write_text("990101199001011234")
    print(folder.name, flush=True)
    time.sleep(60)
"""


def test_a_living_process_keeps_its_folder_and_a_killed_one_leaves_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        name = other.stdout.readline().strip()
        assert sweep(tmp_path) == 0
        assert (tmp_path / name / "rows").exists()
        other.send_signal(signal.SIGKILL)
    assert sweep(tmp_path) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_for_its_owner_alone_and_ends_with_the_block(tmp_path: Path) -> None:
    with scratch(tmp_path) as folder:
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "deep").mkdir()
        assert sweep(tmp_path) == 0
    assert list(tmp_path.iterdir()) == []
    assert sweep(tmp_path / "nothing") == 0
