"""python -m tools.sbom FILE: the bill of materials of a release, as CycloneDX 1.6 (JSON).

What pip installs is read from the locked requirements.txt by cyclonedx-py, with versions and
digests; what is copied into the tree (kernel/static/vendor) is added from its table. Runs in a
virtualenv of its own: `make sbom`.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "kernel" / "static" / "vendor"
_ROW = re.compile(r"^\| `(\w+)` \| (.+?) \| (\S+) \| (\S+) \|$", re.MULTILINE)


def main(target: str) -> int:
    """Write the bill; the exit code is cyclonedx-py's."""
    told = subprocess.run(
        [
            *(sys.executable, "-m", "cyclonedx_py", "requirements", "requirements.txt"),
            *("--pyproject", "pyproject.toml", "--mc-type", "application"),
            *("--spec-version", "1.6", "--output-reproducible"),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if told.returncode:
        return told.returncode
    bill = json.loads(told.stdout)
    bill["components"] += vendored()
    Path(target).parent.mkdir(parents=True, exist_ok=True)
    Path(target).write_text(json.dumps(bill, indent=2, ensure_ascii=False) + "\n")
    sys.stdout.write(f"{len(bill['components'])} components in {target}\n")
    return 0


def vendored() -> list[dict[str, Any]]:
    """The scripts and styles of others in the tree, with the digests of their files."""
    sums: dict[str, list[tuple[str, str]]] = {}
    for line in (VENDOR / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split()
        sums.setdefault(name.split("/")[0], []).append((name, digest))
    return [
        {
            "type": "library",
            "bom-ref": f"vendor/{folder}",
            "name": title,
            "version": version,
            "purl": f"pkg:npm/{folder}@{version}",
            "licenses": [{"license": {"id": licence}}],
            "components": [
                {"type": "file", "name": name, "hashes": [{"alg": "SHA-256", "content": digest}]}
                for name, digest in sums[folder]
            ],
        }
        for folder, title, version, licence in _ROW.findall((VENDOR / "README.md").read_text())
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
