"""Enqueueing into the lanes, and working them off."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from .conftest import Workshop
from .waiting import until


class Undone(Exception):
    pass


def waiting(workshop: Workshop) -> int:
    table = "workflow_status" if workshop.settings.is_sqlite else "dbos.workflow_status"
    with workshop.engine.connect() as connection:
        return int(connection.scalar(text(f"select count(*) from {table} where status = 'ENQUEUED'")) or 0)


def test_a_job_exists_once_its_transaction_is_committed(workshop: Workshop) -> None:
    workshop.enqueue("order-1", key="pay:1")
    assert waiting(workshop) == 1


def test_a_job_goes_with_its_transaction(workshop: Workshop) -> None:
    def enqueue_and_fail() -> None:
        with workshop.database.tenant(workshop.tenant.id) as session:
            workshop.jobs.advance_order(session, tenant_id=workshop.tenant.id, saleor_order_id="order-1", key="pay:1")
            raise Undone

    with pytest.raises(Undone):
        enqueue_and_fail()
    assert waiting(workshop) == 0


def test_a_key_is_enqueued_once(workshop: Workshop) -> None:
    for _ in range(2):
        workshop.enqueue("order-1", key="pay:1")
    assert waiting(workshop) == 1


def test_keys_of_two_shops_are_apart(workshop: Workshop) -> None:
    workshop.enqueue("order-1", key="pay:1")
    with workshop.database.everyone() as session:
        workshop.jobs.advance_order(session, tenant_id="another", saleor_order_id="order-1", key="pay:1")
    assert waiting(workshop) == 2


def test_a_key_may_come_again_in_a_transaction_that_does_more(workshop: Workshop) -> None:
    """The second enqueueing must not spoil the transaction that it is part of."""
    workshop.enqueue("order-1", key="pay:1")
    with workshop.database.tenant(workshop.tenant.id) as session:
        workshop.jobs.advance_order(session, tenant_id=workshop.tenant.id, saleor_order_id="order-1", key="pay:1")
        workshop.jobs.advance_order(session, tenant_id=workshop.tenant.id, saleor_order_id="order-1", key="pay:2")
    assert waiting(workshop) == 2


def test_a_worker_works_off_what_waits(workshop: Workshop) -> None:
    for number in range(5):
        workshop.enqueue(f"order-{number}", key=f"pay:{number}")
    workshop.start()
    until(lambda: workshop.count("end") == 5, "five jobs are done")
    assert {line[1] for line in workshop.lines()} == {f"order-{number}" for number in range(5)}


def test_a_job_done_is_not_done_again(workshop: Workshop) -> None:
    workshop.enqueue("order-1", key="pay:1")
    workshop.start()
    until(lambda: workshop.count("end") == 1, "the job is done")
    workshop.enqueue("order-1", key="pay:1")
    workshop.enqueue("order-2", key="pay:2")
    until(lambda: workshop.count("end", "order-2") == 1, "the later job is done")
    assert workshop.count("begin", "order-1") == 1


def test_jobs_of_one_order_never_overlap_between_workers(postgres_workshop: Workshop) -> None:
    workers = [postgres_workshop.start() for _ in range(2)]
    for worker in workers:
        postgres_workshop.ready(worker)
    postgres_workshop.hold("order-1")
    for number in range(6):
        postgres_workshop.enqueue("order-1", key=f"a:{number}")
        postgres_workshop.enqueue(f"other-{number}", key=f"b:{number}")
    # Both workers have had their turn at the queue when all the other orders are done; one job of the order is held.
    until(lambda: postgres_workshop.count("end") == 6, "the other orders are done")
    assert postgres_workshop.count("begin", "order-1") == 1
    postgres_workshop.release("order-1")
    until(lambda: postgres_workshop.count("end", "order-1") == 6, "the order's jobs are done")
    steps = [line[0] for line in postgres_workshop.lines() if line[1] == "order-1"]
    assert steps == ["begin", "end"] * 6


def test_orders_are_worked_on_at_once(workshop: Workshop) -> None:
    for name in ("order-1", "order-2"):
        workshop.hold(name)
        workshop.enqueue(name, key=name)
    workshop.start()
    until(lambda: workshop.count("begin") == 2, "both began although none has ended")
    assert workshop.count("end") == 0
