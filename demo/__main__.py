"""python -m demo: plays the main exchange against a running platform; exit code 1 if it differs."""

import os
import sys

import httpx2
import psycopg2

from demo.checks import Difference
from demo.report import say
from demo.story import Settings, play


def main() -> int:
    """Read what the launcher passes, play, and say how it ended."""
    names = ("SHUQIAO_URL", "DEMO_OPERATOR_PASSWORD", "DEMO_TARGET_DSN", "DEMO_RECEIVER_PORT")
    missing = [name for name in names if not os.environ.get(name)]
    if missing:
        print(f"python -m demo needs {', '.join(missing)}; start it with: make demo", flush=True)
        return 2
    settings = Settings(
        url=os.environ["SHUQIAO_URL"].rstrip("/"),
        operator=os.environ.get("DEMO_OPERATOR", "operator"),
        operator_password=os.environ["DEMO_OPERATOR_PASSWORD"],
        target_dsn=os.environ["DEMO_TARGET_DSN"],
        receiver_port=int(os.environ["DEMO_RECEIVER_PORT"]),
    )
    try:
        play(settings)
    except Difference as difference:
        return _failed(str(difference))
    except (httpx2.HTTPError, psycopg2.Error, KeyError) as broken:
        return _failed(f"{type(broken).__name__}: {broken}")
    say("demo ok")
    return 0


def _failed(words: str) -> int:
    say("")
    say("NOT AS IT MUST BE")
    say(words)
    return 1


if __name__ == "__main__":
    sys.exit(main())
