"""`python -m demo up`: the whole demo. `python -m demo shop`: the shop alone, for tools that bring their own app."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

from demo.app_processes import AppFailed
from demo.clock import DemoClock, step
from demo.mailbox import Mailbox, Sink
from demo.shop import ShopSettings, create_shop
from demo.shop.installing import InstallFailed
from demo.shop.samples.people import ADMIN, RITA, SHOPPER_PASSWORD
from demo.shop.serve import start
from demo.stack import CLOCK_FILE, Ports, Stack, forget

_FOLDER = Path(__file__).parents[1] / ".demo"


def _stop_event() -> threading.Event:
    """Set by Ctrl-C or SIGTERM."""
    stop = threading.Event()

    def set_it(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, set_it)
    signal.signal(signal.SIGINT, set_it)
    return stop


def _say(text: str) -> None:
    print(text, flush=True)


def _describe(stack: Stack) -> str:
    shop = stack.shop.base_url
    lines = (
        ("Order page", f"{shop}/shop/orders/1001", f"{RITA}, {SHOPPER_PASSWORD}"),
        ("All orders", f"{shop}/", ""),
        ("Dashboard", stack.dashboard_url, f"logged in as {ADMIN}; switch at the bottom left"),
        ("Portal", stack.portal_url, f"order 1001, {RITA}; the code comes by mail"),
        ("Mailbox", f"{shop}/mailbox/", ""),
        ("Payments", f"{shop}/provider/", "the provider's moods"),
        ("The app", stack.app_url, f"logs in {stack.folder}"),
    )
    return "\n".join(f"  {name:12}{address:44}{note}".rstrip() for name, address, note in lines)


def up(arguments: argparse.Namespace) -> int:
    """Runs until stopped; 1 when something could not start or ended by itself."""
    if arguments.fresh:
        forget(arguments.folder)
    stop = _stop_event()
    _say("Starting the shop, the mailbox and the app …")
    try:
        with Stack(arguments.folder, ports=Ports(), say=_say) as stack:
            _say(f"\nThe demo runs.\n\n{_describe(stack)}\n\nCtrl-C stops it; the next start goes on from here.")
            while not stop.wait(1):
                if problem := stack.processes.failed():
                    print(f"\n{problem}", file=sys.stderr)
                    return 1
            _say("\nStopping …")
    except (AppFailed, InstallFailed) as failed:
        print(f"\nThe demo could not start: {failed}", file=sys.stderr)
        return 1
    return 0


def shop(arguments: argparse.Namespace) -> int:
    """The shop and the mailbox; the first line printed is JSON with their addresses."""
    stop = _stop_event()
    mailbox = Mailbox()
    sink = Sink(mailbox)
    made = create_shop(ShopSettings(race_gap=arguments.gap), with_orders=not arguments.empty)
    running = start(made, port=arguments.port, mailbox=mailbox)
    _say(json.dumps({"url": made.base_url, "apiUrl": made.api_url, "smtpUrl": sink.url}))
    stop.wait()
    running.stop()
    made.close()
    sink.stop()
    return 0


def forward(arguments: argparse.Namespace) -> int:
    """Moves the clock of a demo, running or not."""
    try:
        by = step(arguments.by)
    except ValueError as problem:
        print(problem, file=sys.stderr)
        return 2
    if not arguments.folder.is_dir():
        print(f"There is no demo in {arguments.folder}: make demo begins one.", file=sys.stderr)
        return 1
    clock = DemoClock(arguments.folder / CLOCK_FILE)
    clock.forward(by)
    _say(
        f"In the demo it is {clock.now():%A, %d %B %Y, %H:%M} UTC now. What is due happens within seconds; reload the pages."
    )
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    everything = commands.add_parser("up", help="the shop, the mailbox and the app with its worker")
    everything.add_argument("--fresh", action="store_true", help="forget what was kept")
    everything.add_argument("--folder", type=Path, default=_FOLDER, help="where the state is kept")
    everything.set_defaults(run=up)
    alone = commands.add_parser("shop", help="the shop and the mailbox only")
    alone.add_argument("--port", type=int, default=0)
    alone.add_argument("--gap", type=float, default=0.0, help="seconds between checking and acting")
    alone.add_argument("--empty", action="store_true", help="without the sample orders")
    alone.set_defaults(run=shop)
    later = commands.add_parser("forward", help="let time pass in the demo: 90m, 12h, 3d, 1w")
    later.add_argument("by", help="how long")
    later.add_argument("--folder", type=Path, default=_FOLDER, help="where the state is kept")
    later.set_defaults(run=forward)
    arguments = parser.parse_args()
    status: int = arguments.run(arguments)
    return status


if __name__ == "__main__":
    sys.exit(main())
