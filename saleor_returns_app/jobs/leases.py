"""Which worker is which: an executor id is leased by a lock that dies with its process."""

from __future__ import annotations

import fcntl
import hashlib
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, Engine, text

from saleor_returns_app.errors import ConfigurationError

MOST_WORKERS = 64


class ExecutorLease:
    """Holds `worker-<n>` for as long as it lives: PostgreSQL by an advisory lock, SQLite by a lock on a file beside it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._open = ExitStack()
        self._connection: Connection | None = None
        if engine.dialect.name == "postgresql":
            self._connection = self._open.enter_context(
                engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            )
        self.executor_id = self._take_first()

    def close(self) -> None:
        self._open.close()

    def is_free(self, executor_id: str) -> bool:
        """Whether the worker of that id is gone. On SQLite there is one worker, us."""
        if executor_id == self.executor_id or self._connection is None:
            return False
        key = _key(executor_id)
        if not self._connection.scalar(text("select pg_try_advisory_lock(:key)"), {"key": key}):
            return False
        self._connection.execute(text("select pg_advisory_unlock(:key)"), {"key": key})
        return True

    def _take_first(self) -> str:
        for number in range(MOST_WORKERS):
            executor_id = f"worker-{number}"
            if self._take(executor_id):
                return executor_id
        raise ConfigurationError("%(most)s workers run already.", most=MOST_WORKERS)

    def _take(self, executor_id: str) -> bool:
        if self._connection is not None:
            taken = self._connection.scalar(text("select pg_try_advisory_lock(:key)"), {"key": _key(executor_id)})
            return bool(taken)
        path = self._engine.url.database
        if path is None or executor_id != "worker-0":
            raise ConfigurationError("SQLite carries one worker, and one runs already. Use PostgreSQL for more.")
        handle: IO[str] = self._open.enter_context(Path(f"{path}.worker").open("w"))  # noqa: SIM115
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def _key(executor_id: str) -> int:
    digest = hashlib.sha256(f"saleor-returns:{executor_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
