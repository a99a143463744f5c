"""Which worker is which: an executor id is leased by a lock that dies with its process."""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Self

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, PendingRollbackError

from saleor_returns_app.errors import ConfigurationError

MOST_WORKERS = 64
#: A machine that vanished holds its lock until its connection is found dead: after about a minute, not after two hours.
_KEEPALIVE = (
    "set tcp_keepalives_idle = 30",
    "set tcp_keepalives_interval = 10",
    "set tcp_keepalives_count = 3",
)
_HELD = text(
    "select exists (select from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()"
    " and (classid::bigint << 32) | objid::bigint = :key)"
)


class ExecutorLease:
    """Holds `executor_id` until closed: PostgreSQL by an advisory lock, SQLite by a lock on a file beside the database.

    Raises ConfigurationError when every id is taken.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._open = ExitStack()
        self._connection: Connection | None = None
        try:
            if engine.dialect.name == "postgresql":
                self._connection = self._open.enter_context(
                    engine.connect().execution_options(isolation_level="AUTOCOMMIT")
                )
                for statement in _KEEPALIVE:
                    self._connection.exec_driver_sql(statement)
            self.executor_id = self._take_first()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self._connection is not None:
            # The lock belongs to the connection: back in the pool, it would go on holding it.
            self._connection.invalidate()
        self._open.close()

    def is_held(self) -> bool:
        """False once the connection that held the lock is gone: another worker may have the id by now."""
        if self._connection is None:
            return True
        try:
            return bool(self._connection.scalar(_HELD, {"key": _key(self.executor_id)}))
        except (DBAPIError, PendingRollbackError):
            return False

    @contextmanager
    def while_dead(self, executor_id: str) -> Iterator[bool]:
        """Whether the worker of that id is gone; if so, nobody else becomes it meanwhile. On SQLite there is one worker, us."""
        if executor_id == self.executor_id or self._connection is None or not self._take(executor_id):
            yield False
            return
        try:
            yield True
        finally:
            self._connection.execute(text("select pg_advisory_unlock(:key)"), {"key": _key(executor_id)})

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
