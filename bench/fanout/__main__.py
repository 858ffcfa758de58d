"""python -m bench.fanout: what does one batch to 1,000 subscriptions cost? See bench/README.md."""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from bench.fanout.platform import Platform

LANES, HOSTS, CALLS, ROUNDS, PUBLICATIONS = 1000, 100, 32, 5, 15


def main() -> int:
    """Measure and print; the exit code says only whether it could be measured."""
    parser = argparse.ArgumentParser(prog="python -m bench.fanout", description=__doc__)
    parser.add_argument("--lanes", type=int, default=LANES)
    parser.add_argument("--hosts", type=int, default=HOSTS)
    parser.add_argument("--calls", type=int, default=CALLS, help="at once, of both kinds")
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, help="of each kind; the median counts"
    )
    parser.add_argument("--publications", type=int, default=PUBLICATIONS, help="of each kind")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        made = Platform(Path(folder), stack, chosen.lanes, chosen.hosts, chosen.calls)
        try:
            figures = measure(made, Path(folder), chosen.rounds, chosen.publications)
        except RuntimeError as unmeasured:
            print(f"nothing was measured: {unmeasured}")
            return 1
    print(json.dumps({"bench": "fanout", "figures": figures}))
    return 0


def measure(made: Platform, folder: Path, rounds: int, publications: int) -> dict[str, float]:
    """All kinds in turn, so that whatever else the machine does falls on all."""
    round_of_calls(made)
    rates, bare, healthy, beside_dead = [], [], [], []
    for _ in range(rounds):
        rate, lag = round_of_calls(made)
        rates.append(rate)
        healthy.append(lag)
        bare.append(bare_rate(made, folder))
        beside_dead.append(round_of_calls(made, silent=len(made.receivers.ports) // 5)[1])
    one, many = publish_times(made, publications)
    print(f"publishing with 1 lane      {_shown(one, 1000)} ms")
    print(f"publishing with all lanes   {_shown(many, 1000)} ms")
    print(f"webhooks of the hub         {_shown(rates)} a second")
    print(f"webhooks of a bare client   {_shown(bare)} a second")
    print(f"p95 lag, all answer         {_shown(healthy, 1000)} ms")
    print(f"p95 lag beside 20 % dead    {_shown(beside_dead, 1000)} ms")
    return {
        "lanes": len(made.urls),
        "publish_1000_vs_1": _ratio(many, one),
        "webhook_rate_vs_bare": _ratio(rates, bare),
        "lag_with_dead_vs_healthy": _ratio(beside_dead, healthy),
        "webhooks_a_second": round(statistics.median(rates)),
    }


def round_of_calls(made: Platform, silent: int = 0) -> tuple[float, float]:
    """One batch to all lanes: calls a second, and the p95 of the lag of those who answer.

    The silent ones have only just died: nothing is known of them beforehand.
    """
    made.keep_open(len(made.urls))
    made.receivers.forget(silent)
    _, published = made.publish()
    living = {path for path, host in made.silent_lanes.items() if host >= silent}
    arrived = made.wait_until_arrived(living)
    times = sorted(arrived[path] for path in living)
    lags = [at - published for at in times]
    # The dead rise, so that the round ends when the calls that they took are given up.
    made.receivers.forget()
    made.wait_until_booked()
    rate = (len(times) - 1) / (times[-1] - times[0])
    return rate, lags[len(lags) * 95 // 100]


def bare_rate(made: Platform, folder: Path) -> float:
    """The same calls by a bare client, counted by the same receivers."""
    made.receivers.forget()
    file = folder / "bare.json"
    calls = [
        {"url": url, "id": f"{n:036}.1", "body": _body(made, n), "secret": secret}
        for n, (url, secret) in enumerate(zip(made.urls, made.secrets, strict=True))
    ]
    file.write_text(json.dumps({"threads": made.calls, "calls": calls}))
    subprocess.run([sys.executable, "-m", "bench.fanout.bare", str(file)], check=True)
    times = sorted(made.receivers.arrived().values())
    return (len(times) - 1) / (times[-1] - times[0])


def _body(made: Platform, number: int) -> str:
    """As long as what the hub says."""
    lane = f"{number:036}"
    data = {
        "subscription": lane,
        "dataset": made.scene["dataset"],
        "number": 17,
        "kind": "changes",
        "changes": f"http://127.0.0.1:8000/api/v1/subscriptions/{lane}/changes",
        "rows": 100,
    }
    event = {"type": "batch.published", "timestamp": "2026-11-22T08:00:00.000000+00:00"}
    return json.dumps({**event, "data": data}, separators=(",", ":"))


def publish_times(made: Platform, publications: int) -> tuple[list[float], list[float]]:
    """Seconds of a publication while one lane is open, and while all are; in turn."""
    one: list[float] = []
    many: list[float] = []
    made.receivers.forget()
    for _ in range(publications):
        for lanes, times in ((1, one), (len(made.urls), many)):
            made.keep_open(lanes)
            made.receivers.forget()
            times.append(made.publish()[0])
            made.wait_until_arrived({f"/lane/{n}" for n in range(lanes)})
            made.wait_until_booked()
    return one, many


def _ratio(one: list[float], other: list[float]) -> float:
    return round(statistics.median(one) / statistics.median(other), 2)


def _shown(values: list[float], times: float = 1) -> str:
    return ", ".join(f"{value * times:,.0f}" for value in sorted(values))


if __name__ == "__main__":
    sys.exit(main())
