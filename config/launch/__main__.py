"""The whole platform by one command: python -m config.launch VERB [--port N] [--once]"""

from __future__ import annotations

import argparse
import sys

from config.launch import commands
from config.launch.errors import LaunchError


def main() -> int:
    """Run one command; 0 done, 1 failed, 2 wrong usage, otherwise the child's own exit code."""
    parser = argparse.ArgumentParser(prog="python -m config.launch", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb, words in (
        ("serve", "start all servers and keep serving until Ctrl-C"),
        ("demo", "start all servers and run the demonstration"),
        ("screenshots", "pictures of the demonstration's pages; --port: of the one running there"),
    ):
        sub = verbs.add_parser(verb, help=words)
        sub.add_argument("--port", type=int, default=0, help="web port (default: 8000 or next)")
        sub.add_argument("--once", action="store_true", help="stop when everything is done")
    sub = verbs.add_parser("exec", help="run a command with PostgreSQL and Valkey of its own")
    sub.add_argument("command", nargs=argparse.REMAINDER)
    verbs.add_parser("check", help="`check --deploy` on production settings, with made-up values")
    verbs.add_parser("static", help="collect static files as production serves them")
    verbs.add_parser("status", help="say what runs from this folder")
    verbs.add_parser("clean", help="remove all data of the embedded servers")
    chosen = parser.parse_args()
    try:
        return commands.run(chosen)
    except LaunchError as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
