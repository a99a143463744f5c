"""The job engine, DBOS, behind the one thing the services ask of it: run an order's lane after commit.

Jobs live in the app's own database: enqueueing is part of the business transaction. One queue, partitioned by order, so that
an order's jobs run one after another across all workers.
"""

from __future__ import annotations

import math
import time
from datetime import datetime
from typing import Any

import structlog
from dbos import DBOS, DBOSClient, DBOSConfig, DBOSPortableJSONSerializer
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session

from saleor_returns_app.config import Settings
from saleor_returns_app.errors import AppError, RemoteError, TokenDead
from saleor_returns_app.services.advancing import advance_order
from saleor_returns_app.services.context import Context

APP = "saleor-returns"
LANES = "lanes"
ADVANCE = "advance_order"
#: Jobs carry ids only and are short, so every release may run those of another.
VERSION = "1"
POLL_SECONDS = 0.2

log = structlog.get_logger()
_context: Context | None = None
_holder = ""
_running: set[str] = set()  # orders whose lanes this process works on


class LaneJobs:
    """Enqueues into the lanes; implements `services.ports.Jobs`."""

    def __init__(self, engine: Engine) -> None:
        self._client = DBOSClient(
            system_database_engine=engine, serializer=DBOSPortableJSONSerializer(), lazy=True, application_name=APP
        )

    def advance_order(
        self, session: Session, *, tenant_id: str, saleor_order_id: str, key: str, delay: float = 0
    ) -> None:
        options: Any = {
            "workflow_name": ADVANCE,
            "queue_name": LANES,
            "queue_partition_key": f"{tenant_id}:{saleor_order_id}",
            "workflow_id": f"{tenant_id}:{key}",
            "app_version": VERSION,
        }
        if delay:
            options["delay_seconds"] = delay
        self._client.enqueue_in_transaction(session, options, tenant_id, saleor_order_id)


@DBOS.workflow(name=ADVANCE, max_recovery_attempts=1_000_000)
def _advance(tenant_id: str, saleor_order_id: str) -> str:
    if _context is None:
        raise RuntimeError("the worker was not launched")
    bound = log.bind(tenant=tenant_id, job=ADVANCE)
    _running.add(saleor_order_id)
    try:
        advance_order(_context, tenant_id, saleor_order_id, holder=_holder)
    except TokenDead:
        # The adapter has told the tenant's row; what is planned waits for the shop to come back.
        bound.warning("token dead")
        return "disconnected"
    except RemoteError as problem:
        bound.warning("remote trouble", code=problem.code)
        return "later"  # the planned rows keep their time; the sweep brings them back
    except AppError as problem:
        bound.warning("not done", code=problem.code)
        return problem.code
    finally:
        _running.discard(saleor_order_id)
    return "done"


def migrate_jobs(settings: Settings) -> None:
    """Make or update the engine's own tables."""
    DBOS.migrate(_plain_url(settings))


def _plain_url(settings: Settings) -> str:
    return settings.database_url.get_secret_value()


def _sqlite_engine(url: str) -> Engine:
    """The job engine begins its transactions itself, so it cannot share ours; and SQLite before 3.42 lacks `unixepoch`."""
    engine = create_engine(url)

    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = "IMMEDIATE"
        connection.create_function("unixepoch", -1, lambda *_: int(time.time()))
        for pragma in ("journal_mode=WAL", "busy_timeout=30000", "foreign_keys=ON", "synchronous=NORMAL"):
            connection.execute(f"PRAGMA {pragma}")

    event.listen(engine, "connect", prepare)
    return engine


def launch(context: Context, *, executor_id: str) -> None:
    """Start running jobs in this process; jobs that a dead worker of the same `executor_id` left behind come back first."""
    global _context, _holder
    _context, _holder = context, executor_id
    config: DBOSConfig = {
        "name": APP,
        "system_database_url": _plain_url(context.settings),
        "run_migrations": False,  # `migrate` made them
        "serializer": DBOSPortableJSONSerializer(),
        "application_version": VERSION,
        "executor_id": executor_id,
        "use_listen_notify": False,
        "log_level": "WARNING",
        "enable_otlp": False,
    }
    if context.settings.is_sqlite:
        config["system_database_engine"] = _sqlite_engine(_plain_url(context.settings))
    DBOS(config=config)
    DBOS.launch()
    DBOS.register_queue(
        LANES,
        partition_concurrency=1,
        worker_concurrency=context.settings.worker_threads,
        polling_interval_sec=POLL_SECONDS,
        on_conflict="always_update",
    )


def shut_down(*, seconds: float) -> bool:
    """Take no more jobs, let running ones finish for so long, then stop; False when some were still running."""
    DBOS.destroy(workflow_completion_timeout_sec=math.ceil(seconds))
    return not _running


def executors_at_work() -> set[str]:
    """The ids of workers, dead or alive, that took a job and have not finished it."""
    return {job.executor_id or "" for job in DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)}


def bring_back(executor_id: str) -> int:
    """Put the unfinished jobs of a dead worker back into the queue; gives how many."""
    return len(DBOS._recover_pending_workflows([executor_id]))  # noqa: SLF001 the public way asks for a service of theirs


def forget_jobs(*, before: datetime, most: int = 1000) -> int:
    """Delete jobs that ended before; gives how many."""
    ended = DBOS.list_workflows(
        status=["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"],
        end_time=before.isoformat(),
        limit=most,
        load_input=False,
        load_output=False,
    )
    if ended:
        DBOS.delete_workflows([job.workflow_id for job in ended])
    return len(ended)
