"""A migrated database of each kind with the job engine's tables, and worker processes on it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from saleor_returns_app.config import Settings
from saleor_returns_app.jobs.engine import LaneJobs, migrate_jobs
from saleor_returns_app.models.base import Database, make_engine
from tests.conftest import add_tenant

from .waiting import until

_ROOT = Path(__file__).parents[2]


class Workshop:
    """One database, its job queue, and the processes that work on it."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings, self.folder = settings, folder
        self.engine = make_engine(settings.database_url.get_secret_value())
        self.database = Database(self.engine)
        self.jobs = LaneJobs(self.engine)
        self.tenant = add_tenant(self.database)
        self.processes: list[subprocess.Popen[bytes]] = []

    def enqueue(self, order_id: str, *, key: str) -> None:
        with self.database.tenant(self.tenant.id) as session:
            self.jobs.advance_order(session, tenant_id=self.tenant.id, saleor_order_id=order_id, key=key)

    def start(self, *, grace: float = 30.0) -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            "RETURNS_DATABASE_URL": self.settings.database_url.get_secret_value(),
            "RETURNS_SECRET_KEYS": self.settings.secret_keys.get_secret_value(),
        }
        with (self.folder / f"worker-{len(self.processes)}.log").open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.jobs.marked_work", str(self.folder), str(grace)],
                cwd=_ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        self.processes.append(process)
        return process

    def said(self, process: subprocess.Popen[bytes]) -> str:
        return (self.folder / f"worker-{self.processes.index(process)}.log").read_text()

    def ready(self, process: subprocess.Popen[bytes]) -> str:
        """The executor id of a worker that is up."""

        def executor() -> str:
            assert process.poll() is None, self.said(process)
            return self.said(process).partition('"executor": "')[2].partition('"')[0]

        return until(executor, "the worker is ready")

    def hold(self, order_id: str) -> None:
        (self.folder / f"hold-{order_id}").touch()

    def release(self, order_id: str) -> None:
        (self.folder / f"hold-{order_id}").unlink()

    def lines(self) -> list[list[str]]:
        """(begin | end, order, executor, process) in the order of writing."""
        path = self.folder / "log"
        return [line.split() for line in path.read_text().splitlines()] if path.exists() else []

    def count(self, what: str, order_id: str | None = None) -> int:
        return sum(line[0] == what and order_id in (None, line[1]) for line in self.lines())

    def close(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.wait()
        self.engine.dispose()


def _open_workshop(url: str, folder: Path) -> Workshop:
    from saleor_returns_app.models import Base

    settings = Settings(
        database_url=SecretStr(url), secret_keys=SecretStr("WmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmY=")
    )
    engine = make_engine(url)
    Base.metadata.create_all(engine)
    engine.dispose()
    migrate_jobs(settings)
    return Workshop(settings, folder)


@pytest.fixture
def postgres_workshop(postgres_url: str, tmp_path: Path) -> Iterator[Workshop]:
    workshop = _open_workshop(postgres_url, tmp_path)
    yield workshop
    workshop.close()


@pytest.fixture
def sqlite_workshop(tmp_path: Path) -> Iterator[Workshop]:
    workshop = _open_workshop(f"sqlite:///{tmp_path / 'jobs.db'}", tmp_path)
    yield workshop
    workshop.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def workshop(request: pytest.FixtureRequest) -> Workshop:
    name = "sqlite_workshop" if request.param == "sqlite" else "postgres_workshop"
    found: Workshop = request.getfixturevalue(name)
    return found
