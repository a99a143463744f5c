"""Ids, times, money columns and transactions, on both databases."""

from __future__ import annotations

import sqlite3
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import BigInteger, select, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm.exc import StaleDataError

from saleor_returns_app.models import Base, Database, make_engine
from saleor_returns_app.models.base import UtcDateTime, new_id
from saleor_returns_app.models.cases import Case, CaseEntry, ReturnLine
from saleor_returns_app.models.refunds import QuoteRow, Refund
from tests.fakes import START

from .rows import make_case, make_return_line


def test_an_id_is_a_uuid_of_version_7_and_of_its_time() -> None:
    with time_machine.travel(START, tick=False):
        made = uuid.UUID(new_id())
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert made.int >> 80 >= int(START.timestamp() * 1000)


def test_ids_grow_even_when_the_clock_stands_still_or_goes_back() -> None:
    ids = []
    with time_machine.travel(START, tick=False) as clock:
        ids += [new_id() for _ in range(5000)]  # more than the 4096 steps of a millisecond
        clock.shift(timedelta(hours=-1))
        ids += [new_id() for _ in range(10)]
    assert ids == sorted(set(ids))


def test_ids_of_threads_never_collide() -> None:
    with ThreadPoolExecutor(8) as pool:
        found = [made for part in pool.map(lambda _: [new_id() for _ in range(500)], range(8)) for made in part]
    assert len(set(found)) == len(found)


def test_a_time_comes_back_as_the_same_moment_in_utc(any_shops: Database) -> None:
    in_tokyo = datetime(2026, 3, 3, 8, 30, 15, 123456, tzinfo=timezone(timedelta(hours=9)))
    with any_shops.tenant("ours") as session:
        session.get_one(Case, "case-ours").due_at = in_tokyo
    with any_shops.tenant("ours") as session:
        found = session.get_one(Case, "case-ours").due_at
    assert found == in_tokyo
    assert found is not None
    assert found.utcoffset() == timedelta(0)


def test_times_are_compared_as_moments(any_shops: Database) -> None:
    """SQLite keeps text: an offset that was stored as it came would sort wrongly."""
    in_new_york = datetime(2026, 3, 2, 9, tzinfo=timezone(timedelta(hours=-5)))  # 14:00 UTC
    with any_shops.tenant("ours") as session:
        session.get_one(Case, "case-ours").due_at = in_new_york
    with any_shops.tenant("ours") as session:
        after = select(Case.id).where(Case.due_at > datetime(2026, 3, 2, 13, tzinfo=UTC))
        assert session.scalars(after).all() == ["case-ours"]
        before = select(Case.id).where(Case.due_at < datetime(2026, 3, 2, 13, tzinfo=UTC))
        assert session.scalars(before).all() == []


def test_a_time_without_a_zone_is_refused(shops: Database) -> None:
    with pytest.raises(StatementError, match="naive datetime"), shops.tenant("ours") as session:
        session.get_one(Case, "case-ours").due_at = datetime(2026, 3, 2)  # noqa: DTZ001 that is the point


def test_no_time_stays_none(any_shops: Database) -> None:
    with any_shops.tenant("ours") as session:
        assert session.get_one(Case, "case-ours").due_at is None


def test_every_time_column_is_utc() -> None:
    plain = [
        str(column)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if column.type.python_type is datetime and not isinstance(column.type, UtcDateTime)
    ]
    assert plain == []


def test_money_is_kept_in_whole_minor_units_of_64_bits() -> None:
    columns = [
        column for table in Base.metadata.tables.values() for column in table.columns if column.name.endswith("_minor")
    ]
    assert {str(column) for column in columns} >= {"cases.expected_minor", "refunds.amount_minor", "quotes.total_minor"}
    assert [str(column) for column in columns if not isinstance(column.type, BigInteger)] == []


def test_no_column_keeps_an_amount_as_a_fraction() -> None:
    kinds = {type(column.type).__name__ for table in Base.metadata.tables.values() for column in table.columns}
    assert not kinds & {"Float", "Double", "Numeric", "Enum"}


def test_a_large_amount_comes_back_exactly(any_shops: Database) -> None:
    minor = 9_007_199_254_740_993  # a float would lose the last digit
    with any_shops.tenant("ours") as session:
        quote = QuoteRow(
            case_id="case-ours", fingerprint="f", total_minor=minor, currency="KWD", data={}, created_at=START
        )
        session.add(quote)
        session.flush()
        refund = Refund(
            case_id="case-ours",
            quote_id=quote.id,
            number=1,
            saleor_order_id="order-1",
            way="transaction",
            amount_minor=minor,
            currency="KWD",
            marker="R-2026-000001/1",
            created_at=START,
        )
        session.add(refund)
    with any_shops.tenant("ours") as session:
        assert str(session.scalars(select(Refund)).one().amount) == "9007199254740.993 KWD"


def test_a_case_is_saved_against_the_version_that_was_read(any_shops: Database) -> None:
    with any_shops.tenant("ours") as session:
        stale = session.get_one(Case, "case-ours")
    with any_shops.tenant("ours") as session:
        session.get_one(Case, "case-ours").rejection = "first"
    stale.rejection = "second"
    with pytest.raises(StaleDataError), any_shops.tenant("ours") as session:
        session.add(stale)
    with any_shops.tenant("ours") as session:
        assert session.get_one(Case, "case-ours").rejection == "first"


def test_a_number_is_given_once_per_shop(any_shops: Database) -> None:
    with pytest.raises(IntegrityError), any_shops.tenant("ours") as session:
        session.add(make_case("ours", id="case-2", sequence=2))  # the number of the first one


def test_an_order_line_stands_in_a_case_once(any_shops: Database) -> None:
    with pytest.raises(IntegrityError), any_shops.tenant("ours") as session:
        session.add(make_return_line("ours", id="line-2", case_id="case-ours"))


def test_what_belongs_to_a_case_goes_with_it(any_shops: Database) -> None:
    """Erasure deletes cases; foreign keys are on, with SQLite too."""
    with any_shops.tenant("ours") as session:
        entry = CaseEntry(case_id="case-ours", at=START, event="request", status="requested", who="shopper")
        session.add(entry)
    with any_shops.everyone() as session:
        session.execute(text("delete from cases where id = 'case-ours'"))
        assert session.scalars(select(CaseEntry.id)).all() == []
        assert session.scalars(select(ReturnLine.id)).all() == ["line-theirs"]


def test_a_row_of_no_shop_cannot_be_stored(any_shops: Database) -> None:
    with pytest.raises(IntegrityError), any_shops.everyone() as session:
        session.add(make_case("nobody"))


def test_text_sorts_by_its_bytes(any_shops: Database) -> None:
    """A prefix search is an index range: a collation of the place would put “ä” and capitals elsewhere."""
    with any_shops.tenant("ours") as session:
        for place, sku in enumerate(("b", "B", "a", "ä", "Z", "_")):
            session.add(
                make_return_line("ours", id=f"sku-{place}", case_id="case-ours", order_line_id=str(place), sku=sku)
            )
    with any_shops.tenant("ours") as session:
        wanted = select(ReturnLine.sku).where(ReturnLine.sku > "").order_by(ReturnLine.sku)
        assert session.scalars(wanted).all() == ["B", "Z", "_", "a", "b", "ä"]


def test_sqlite_takes_the_write_lock_when_a_transaction_begins(tmp_path: Path) -> None:
    """Two readers that both turn writers would otherwise end in a refusal that no waiting heals."""
    path = tmp_path / "lock.db"
    engine = make_engine(f"sqlite:///{path}")
    other = sqlite3.connect(path, timeout=0, isolation_level=None)
    with engine.begin() as connection:
        connection.execute(text("select 1"))
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
    other.execute("BEGIN IMMEDIATE")
    other.close()
    engine.dispose()


def test_sqlite_readers_do_not_wait_for_the_writer(tmp_path: Path) -> None:
    path = tmp_path / "lock.db"
    engine = make_engine(f"sqlite:///{path}")
    Base.metadata.create_all(engine)
    other = sqlite3.connect(path, timeout=0)
    with engine.begin() as connection:
        connection.execute(text("select 1"))
        assert other.execute("select count(*) from cases").fetchone() == (0,)
    other.close()
    engine.dispose()
