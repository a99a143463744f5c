"""The app as its own processes: migrated, web and worker started, waited for, stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

_READY_WITHIN = 60.0
_STOP_WITHIN = 35.0
_ROOT = Path(__file__).parents[1]


class AppFailed(Exception):
    """The app did not start; the text ends with what it said last."""


@dataclass(slots=True)
class AppProcesses:
    """`environment` is the app's configuration; output goes to `<folder>/web.log` and `worker.log`."""

    folder: Path
    base_url: str
    environment: Mapping[str, str]
    #: What is started; `demo.app` has the demo's clock.
    module: str = "saleor_returns_app"
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self) -> None:
        """Migrates, starts both and waits until the web process is ready. Raises AppFailed."""
        self._migrate()
        for command in ("web", "worker"):
            self.start_one(command)
        deadline = time.monotonic() + _READY_WITHIN
        while not self._is_ready():
            self._check_alive()
            if time.monotonic() > deadline:
                raise AppFailed(f"The app was not ready after {_READY_WITHIN:.0f} s.\n{self.tail('web')}")
            time.sleep(0.1)

    def start_one(self, command: str) -> subprocess.Popen[bytes]:
        """Starts `web` or `worker`, e.g. again after it was killed."""
        with self._log(command).open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", self.module, command],
                cwd=_ROOT,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # a Ctrl-C reaches us only, and we stop the children in order
            )
        self.running[command] = process
        return process

    def stop(self) -> None:
        """Asks both to stop, and insists after a while."""
        for process in self.running.values():
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + _STOP_WITHIN
        for process in self.running.values():
            try:
                process.wait(max(deadline - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.running.clear()

    def failed(self) -> str:
        """Which process ended by itself, with its last words; empty while all run."""
        for command, process in self.running.items():
            if process.poll() is not None:
                return f"{command} ended with status {process.returncode}.\n{self.tail(command)}"
        return ""

    def _migrate(self) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "saleor_returns_app", "migrate"],
            cwd=_ROOT,
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise AppFailed(f"The database could not be prepared.\n{done.stdout}{done.stderr}")

    def _check_alive(self) -> None:
        if problem := self.failed():
            raise AppFailed(problem)

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.base_url}/ready", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def _log(self, command: str) -> Path:
        return self.folder / f"{command}.log"

    def tail(self, command: str) -> str:
        """The last lines that a process wrote."""
        path = self._log(command)
        return "\n".join(path.read_text(errors="replace").splitlines()[-25:]) if path.exists() else ""
