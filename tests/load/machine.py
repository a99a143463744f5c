"""Where the figures come from: a figure without its machine says nothing."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

import psutil

_PACKAGES = ("gunicorn", "flask", "sqlalchemy", "psycopg", "dbos")


def describe() -> str:
    """Processor, memory, versions and how busy the machine is with other things."""
    memory = psutil.virtual_memory().total / 2**30
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    system = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    return (
        f"{os.cpu_count()} cores ({_processor()}), {memory:.0f} GB, {system}, Linux {platform.release()}, "
        f"Python {platform.python_version()}, {packages}"
    )


def load() -> str:
    """The load average of the last minute; half a core and more means that others were working, too."""
    return f"{os.getloadavg()[0]:.2f}"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or "unknown"
