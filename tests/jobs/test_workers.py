"""Workers that die, come back, share a database and stop."""

from __future__ import annotations

import signal
import time

import pytest

from saleor_returns_app.errors import ConfigurationError
from saleor_returns_app.jobs.leases import ExecutorLease

from .conftest import Workshop
from .waiting import until


def kill_at_work(workshop: Workshop, order_id: str = "order-1") -> None:
    """A worker that dies in the middle of an order's job."""
    workshop.hold(order_id)
    workshop.enqueue(order_id, key=f"pay:{order_id}")
    worker = workshop.start()
    until(lambda: workshop.count("begin", order_id) == 1, "the job began")
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    workshop.release(order_id)


def test_a_killed_workers_job_comes_back_when_it_starts_again(workshop: Workshop) -> None:
    kill_at_work(workshop)
    workshop.start()
    until(lambda: workshop.count("end", "order-1") == 1, "the job was done after all")
    assert workshop.count("begin", "order-1") == 2


def test_a_killed_workers_lane_goes_on(workshop: Workshop) -> None:
    """Its job blocks the order's lane until somebody brings it back; what was enqueued behind it follows."""
    kill_at_work(workshop)
    workshop.enqueue("order-1", key="later")
    workshop.start()
    until(lambda: workshop.count("end", "order-1") == 2, "both jobs were done")


def test_another_worker_brings_a_dead_ones_jobs_back(postgres_workshop: Workshop) -> None:
    first, second = (postgres_workshop.start() for _ in range(2))
    names = {postgres_workshop.ready(first): first, postgres_workshop.ready(second): second}
    postgres_workshop.hold("order-1")
    postgres_workshop.enqueue("order-1", key="pay:1")
    until(lambda: postgres_workshop.count("begin") == 1, "the job began")
    unlucky = postgres_workshop.lines()[0][2]
    names[unlucky].send_signal(signal.SIGKILL)
    names[unlucky].wait()
    postgres_workshop.release("order-1")
    until(lambda: postgres_workshop.count("end", "order-1") == 1, "the other worker did it")
    assert postgres_workshop.lines()[-1][2] != unlucky


def test_a_living_workers_job_is_left_to_it(postgres_workshop: Workshop) -> None:
    postgres_workshop.hold("order-1")
    postgres_workshop.enqueue("order-1", key="pay:1")
    postgres_workshop.ready(postgres_workshop.start())
    until(lambda: postgres_workshop.count("begin") == 1, "the job began")
    postgres_workshop.ready(postgres_workshop.start())
    with ExecutorLease(postgres_workshop.engine) as third, third.while_dead("worker-0") as dead:
        assert not dead
    postgres_workshop.release("order-1")
    until(lambda: postgres_workshop.count("end") == 1, "the job ended")
    assert postgres_workshop.count("begin") == 1


def test_two_workers_never_share_an_id(postgres_workshop: Workshop) -> None:
    engine = postgres_workshop.engine
    with ExecutorLease(engine) as first, ExecutorLease(engine) as second:
        assert (first.executor_id, second.executor_id) == ("worker-0", "worker-1")


def test_an_id_is_free_again_when_its_worker_ends(postgres_workshop: Workshop) -> None:
    engine = postgres_workshop.engine
    with ExecutorLease(engine):
        pass
    with ExecutorLease(engine) as next_one:
        assert next_one.executor_id == "worker-0"


def test_a_dead_workers_id_is_kept_from_others_while_its_jobs_are_brought_back(postgres_workshop: Workshop) -> None:
    engine = postgres_workshop.engine
    with ExecutorLease(engine), ExecutorLease(engine) as second:
        assert second.executor_id == "worker-1"
        with second.while_dead("worker-2") as dead, ExecutorLease(engine) as newcomer:
            assert dead
            assert newcomer.executor_id == "worker-3"


def test_a_worker_knows_when_its_lock_is_lost(postgres_workshop: Workshop) -> None:
    """The database restarted, say: another worker may have our id by now."""
    with ExecutorLease(postgres_workshop.engine) as lease:
        assert lease.is_held()
        with postgres_workshop.engine.connect() as connection:
            connection.exec_driver_sql(
                "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and pid <> pg_backend_pid()"
            )
        assert not lease.is_held()


def test_sqlite_carries_one_worker(sqlite_workshop: Workshop) -> None:
    with ExecutorLease(sqlite_workshop.engine), pytest.raises(ConfigurationError, match="SQLite carries one worker"):
        ExecutorLease(sqlite_workshop.engine)


def test_a_second_worker_on_sqlite_says_why_it_ends(sqlite_workshop: Workshop) -> None:
    sqlite_workshop.ready(sqlite_workshop.start())
    second = sqlite_workshop.start()
    assert second.wait(timeout=120) == 1
    assert "SQLite carries one worker, and one runs already. Use PostgreSQL for more." in sqlite_workshop.said(second)


def test_a_worker_told_to_stop_finishes_its_job(workshop: Workshop) -> None:
    workshop.hold("order-1")
    workshop.enqueue("order-1", key="pay:1")
    worker = workshop.start()
    until(lambda: workshop.count("begin") == 1, "the job began")
    worker.send_signal(signal.SIGTERM)
    until(lambda: "worker stopping" in workshop.said(worker), "the worker heard it")
    workshop.enqueue("order-2", key="pay:2")
    workshop.release("order-1")
    assert worker.wait(timeout=120) == 0
    assert workshop.count("end", "order-1") == 1
    assert workshop.count("begin", "order-2") == 0, "it took another job after it was told to stop"


def test_a_worker_told_to_stop_does_not_outstay_its_grace(workshop: Workshop) -> None:
    workshop.hold("order-1")
    workshop.enqueue("order-1", key="pay:1")
    worker = workshop.start(grace=2)
    until(lambda: workshop.count("begin") == 1, "the job began")
    told = time.monotonic()
    worker.send_signal(signal.SIGTERM)
    worker.wait(timeout=120)
    assert time.monotonic() - told < 10
    assert worker.returncode == 0
    assert workshop.count("end") == 0, "the job was held all the time"
    workshop.release("order-1")
    workshop.start()
    until(lambda: workshop.count("end") == 1, "what was cut off was done by the next")
