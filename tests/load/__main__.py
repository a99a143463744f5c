"""`python -m tests.load [name] [seed]`: measure everything, or one thing; `SEED=<n>` in the environment does as well."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence

from . import batch, chaos, intake, lifecycles, machine, memory, numbers, queue_pages, scan, simulation, verdicts
from .figures import Figure

BENCHES: dict[str, Callable[[], Iterator[Figure]]] = {
    "intake": intake.measure,
    "lifecycles": lifecycles.measure,
    "batch": batch.measure,
    "queue": queue_pages.measure,
    "numbers": numbers.measure,
    "scan": scan.measure,
    "simulation": simulation.measure,
    "memory": memory.measure,
    "verdicts": verdicts.measure,
    "chaos": lambda: chaos.measure(int(os.environ.get("SEED") or 1)),
}


def main(arguments: Sequence[str]) -> int:
    wanted = arguments[:1] or list(BENCHES)
    unknown = set(wanted) - set(BENCHES)
    if unknown:
        print(f"There is no bench {', '.join(unknown)}; there are {', '.join(BENCHES)}.", file=sys.stderr)
        return 2
    print(f"machine: {machine.describe()}")
    for name in wanted:
        print(f"load before {name}: {machine.load()}", flush=True)
        for figure in BENCHES[name]():
            print(figure, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
