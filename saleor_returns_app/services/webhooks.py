"""Taking deliveries in: each stored durably, once, before Saleor hears that it arrived."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from saleor_returns_app.models.base import new_id
from saleor_returns_app.models.webhooks import WebhookDelivery

#: Deliveries stored by one commit at most: bounds how long the first of them waits.
MOST_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery whose signature was verified."""

    tenant_id: str
    event: str
    body: bytes
    received_at: datetime

    @property
    def key(self) -> str:
        """The same for a repeated delivery; the body holds the object's id and `issuedAt`, so two events differ."""
        digest = hashlib.blake2b(f"{self.tenant_id}\0{self.event}\0".encode(), digest_size=32)
        digest.update(self.body)
        return digest.hexdigest()


class _Waiting:
    """A delivery on its way into the database, and the thread that waits for it."""

    __slots__ = ("_woken", "failure", "leads", "row")

    def __init__(self, row: dict[str, Any]) -> None:
        self.row = row
        self.failure: BaseException | None = None
        self.leads = False
        self._woken = threading.Lock()
        self._woken.acquire()

    def wait(self) -> None:
        self._woken.acquire()

    def wake(self) -> None:
        self._woken.release()


class Intake:
    """Group commit: many deliveries, one transaction.

    Whoever finds nobody writing becomes the writer and stores all that wait, its own with them; those who come
    meanwhile wait, and the first of them writes next. Alone, a delivery pays for its own commit and for no hand-over between
    threads; under load one commit serves many. There is no thread of its own to start, to lose at a fork or to stop.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        insert = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert
        # A delivery that is there already is left alone.
        self._insert = insert(WebhookDelivery).on_conflict_do_nothing(index_elements=["key"])
        self._lock = threading.Lock()
        self._waiting: list[_Waiting] = []
        self._writing = False

    def store(self, delivery: Delivery) -> None:
        """Return when the delivery is committed, by us or by an earlier one that was the same.

        Raises whatever the database raises; then nothing is known to be stored, and Saleor should send it again.
        """
        mine = _Waiting(_row(delivery))
        with self._lock:
            self._waiting.append(mine)
            mine.leads = not self._writing
            self._writing = True
        if not mine.leads:
            mine.wait()
        if mine.leads:
            self._write()
        if mine.failure is not None:
            raise mine.failure

    def _write(self) -> None:
        """Store what waits, then hand over to the first of those who came meanwhile."""
        with self._lock:
            batch, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
        try:
            self._store(batch)
        except BaseException as error:  # whatever it is, those who wait must hear of it
            for item in batch:
                item.failure = error
        with self._lock:
            follower = self._waiting[0] if self._waiting else None
            self._writing = follower is not None
            if follower is not None:
                follower.leads = True
        if follower is not None:
            follower.wake()
        for item in batch:
            if not item.leads:
                item.wake()

    def _store(self, batch: list[_Waiting]) -> None:
        try:
            with self._engine.begin() as connection:
                connection.execute(self._insert, [item.row for item in batch])
        except IntegrityError as error:
            # One of them cannot be stored (its shop was erased this moment): the others must not suffer for it.
            if len(batch) == 1:
                batch[0].failure = error
            else:
                for item in batch:
                    self._store([item])


def _row(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": new_id(),
        "tenant_id": delivery.tenant_id,
        "key": delivery.key,
        "event": delivery.event,
        "body": delivery.body,
        "received_at": delivery.received_at,
        "attempts": 0,
        "error": "",
    }
