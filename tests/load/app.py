"""The app's own processes, as they run in production, on a database of our choosing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Self

import psutil

from demo.serving import free_port

_ROOT = Path(__file__).parents[2]
_PATIENCE = 90.0
_never = threading.Event()


class App:
    """`with App(folder, url) as app:` migrates; `start` adds processes, all of which end with the block."""

    def __init__(self, folder: Path, database_url: str, *, processes: int = 2, **settings: str) -> None:
        self.folder, self.port = folder, free_port(0)
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            "RETURNS_BASE_URL": self.url,
            "RETURNS_DATABASE_URL": database_url,
            "RETURNS_STORAGE_URL": f"file:{folder.resolve() / 'files'}",
            "RETURNS_SECRET_KEYS": "WmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmY=",
            "RETURNS_ALLOW_PRIVATE_HOSTS": "true",
            "RETURNS_WEB_PORT": str(self.port),
            "RETURNS_WEB_PROCESSES": str(processes),
            "RETURNS_LOG_LEVEL": "warning",
            **{f"RETURNS_{name.upper()}": value for name, value in settings.items()},
        }
        self.processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        self.run("migrate").wait()
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(timeout=40)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def start(self, command: str) -> subprocess.Popen[bytes]:
        """`web` or `worker`, once it can work."""
        process = self.run(command)
        if command == "web":
            self._wait_until_ready(process)
        return process

    def run(self, command: str, *, module: str = "saleor_returns_app") -> subprocess.Popen[bytes]:
        log = self.folder / f"{command}-{len(self.processes)}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", module, command],
                cwd=_ROOT,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        self.processes.append(process)
        return process

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not self._is_ready():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the app did not start (status {process.poll()}): " + "\n".join(self.logs()))
            _never.wait(0.1)

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/ready", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def logs(self) -> list[str]:
        return [path.read_text(errors="replace")[-4000:] for path in sorted(self.folder.glob("*.log"))]


def family(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """A process and its children."""
    parent = psutil.Process(process.pid)
    return [parent, *parent.children(recursive=True)]
