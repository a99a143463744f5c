"""The intake: many deliveries share a commit, and none is said to be stored that is not."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from saleor_returns_app.models import Database, make_engine
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.models.webhooks import WebhookDelivery
from saleor_returns_app.services.webhooks import Delivery, Intake
from tests.conftest import add_tenant

Make = Callable[[int], Delivery]


@pytest.fixture
def make(any_database: Database) -> Make:
    tenant: Tenant = add_tenant(any_database)
    moment = datetime(2026, 3, 2, 12, 0, 0, 123456, tzinfo=UTC)
    return lambda number: Delivery(
        tenant_id=tenant.id, event="order_updated", body=b"\x00\xff%d" % number, received_at=moment
    )


@pytest.fixture
def intake(any_database: Database) -> Iterator[Intake]:
    with closing(Intake(any_database.engine)) as intake:
        yield intake


def bodies(database: Database) -> list[bytes]:
    with database.everyone() as session:
        return sorted(session.scalars(select(WebhookDelivery.body)))


class Held:
    """Lets the first batch wait until told, so that a test decides who comes meanwhile."""

    def __init__(self, intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
        self._intake = intake
        self._real = intake._table.insert
        self._began, self._go_on = threading.Event(), threading.Event()
        self.batches: list[int] = []
        monkeypatch.setattr(intake._table, "insert", self._insert)

    def _insert(self, rows: list[Any]) -> None:
        self.batches.append(len(rows))
        if len(self.batches) == 1:
            self._began.set()
            self._go_on.wait(10)
        self._real(rows)

    @contextmanager
    def storing(self, first: Delivery, others: list[Delivery]) -> Iterator[list[Future[None]]]:
        """Inside, the first is being written and all others wait; afterwards all are done."""
        with ThreadPoolExecutor(len(others) + 1) as pool:
            tries = [pool.submit(self._intake.store, first)]
            assert self._began.wait(10)
            for number, delivery in enumerate(others, 1):
                tries.append(pool.submit(self._intake.store, delivery))
                while len(self._intake._waiting) < number:
                    threading.Event().wait(0.001)
            yield tries
            self._go_on.set()


def test_delivery_is_stored_as_it_came(any_database: Database, intake: Intake, make: Make) -> None:
    delivery = make(1)
    intake.store(delivery)
    with any_database.everyone() as session:
        row = session.scalars(select(WebhookDelivery)).one()
    assert (row.tenant_id, row.event, row.body) == (delivery.tenant_id, delivery.event, delivery.body)
    assert row.received_at == delivery.received_at
    assert (row.processed_at, row.attempts, row.error) == (None, 0, "")


def test_repeated_delivery_is_stored_once(any_database: Database, intake: Intake, make: Make) -> None:
    for _ in range(3):
        intake.store(make(1))
    with closing(Intake(any_database.engine)) as another_process:
        another_process.store(make(1))
    assert len(bodies(any_database)) == 1


def test_those_who_come_while_one_writes_share_the_next_commit(
    any_database: Database, intake: Intake, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(intake, monkeypatch)
    with held.storing(make(0), [make(number) for number in range(1, 9)]) as tries:
        assert not any(item.done() for item in tries)
        assert bodies(any_database) == []
    assert [item.result() for item in tries] == [None] * 9
    assert held.batches == [1, 8]
    assert len(bodies(any_database)) == 9


def test_same_delivery_twice_in_one_batch(
    any_database: Database, intake: Intake, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(intake, monkeypatch)
    with held.storing(make(0), [make(1), make(1), make(2)]) as tries:
        pass
    assert all(item.exception() is None for item in tries)
    assert len(bodies(any_database)) == 3


def test_many_threads_lose_and_double_nothing(any_database: Database, intake: Intake, make: Make) -> None:
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda number: intake.store(make(number % 200)), range(400)))
    assert bodies(any_database) == sorted(make(number).body for number in range(200))
    assert intake._waiting == []
    assert intake._writing is False


def test_failure_reaches_everyone_who_waited_and_the_next_one_works(
    any_database: Database, intake: Intake, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:

        def fail(_rows: object) -> None:
            raise OperationalError("insert", {}, Exception("away"))

        broken.setattr(intake._table, "insert", fail)
        with ThreadPoolExecutor(8) as pool:
            tries = [pool.submit(intake.store, make(number)) for number in range(20)]
        assert all(isinstance(item.exception(), OperationalError) for item in tries)
    assert bodies(any_database) == []
    intake.store(make(1))
    assert len(bodies(any_database)) == 1


def test_delivery_of_an_erased_shop_does_not_spoil_the_others(
    any_database: Database, intake: Intake, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(intake, monkeypatch)
    with held.storing(make(0), [make(1), replace(make(2), tenant_id="gone"), make(3)]) as tries:
        pass
    assert [type(item.exception()) for item in tries] == [type(None), type(None), IntegrityError, type(None)]
    assert bodies(any_database) == [make(number).body for number in (0, 1, 3)]


def test_connection_that_died_is_replaced_without_a_failure(postgres_url: str) -> None:
    database = Database(make_engine(postgres_url))
    tenant = add_tenant(database)
    intake = Intake(database.engine)
    delivery = Delivery(tenant_id=tenant.id, event="order_updated", body=b"1", received_at=datetime.now(UTC))
    intake.store(delivery)
    with database.engine.connect() as connection:
        others = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"
        connection.execute(text(f"{others} and pid <> pg_backend_pid()"))
    intake.store(replace(delivery, body=b"2"))
    assert bodies(database) == [b"1", b"2"]
    intake.close()
    database.engine.dispose()
