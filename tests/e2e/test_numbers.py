"""The numbers: a year of a shop drawn, and the way from a number to the case behind it."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from demo.stack import Stack
from saleor_returns_app.domain.counting import Measure
from saleor_returns_app.models import Database, make_engine
from saleor_returns_app.models.analytics import FactName, FactRow, SourceToCount
from saleor_returns_app.models.cases import Case
from saleor_returns_app.services.rolling import roll_day, roll_month

from .pictures import picture
from .test_staff import app_path, ask_for_return, faults_of, frame_of, new_order, open_queue

_PRODUCTS = ("Linen shirt", "Trail shoe", "Wool jumper", "Rain jacket", "Canvas bag", "Running cap")
_STATES = ("requested", "approved", "in_transit", "received", "inspected", "resolving", "resolved")


@contextmanager
def shop_of(stack: Stack, number: str) -> Iterator[tuple[Session, Case]]:
    """The database of the demo, in the shop of a case."""
    engine = make_engine(f"sqlite:///{stack.folder / 'returns.db'}")
    with Database(engine).everyone() as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
    with Database(engine).tenant(case.tenant_id) as session:
        yield session, case
    engine.dispose()


def is_counted(stack: Stack, number: str) -> bool:
    """Whether the worker has counted the case and has nothing left to do: only then it leaves it alone."""
    with shop_of(stack, number) as (session, case):
        counted = session.scalar(select(FactRow.id).where(FactRow.source_id == case.id).limit(1))
        return counted is not None and session.scalar(select(SourceToCount.id).limit(1)) is None


def fill(stack: Stack, number: str) -> None:
    """Three months of facts that end two weeks ago; all that is about the Trail shoe comes from one case."""
    dice = random.Random(5)
    today = datetime.now(UTC).date()
    with shop_of(stack, number) as (session, case):
        for index, name in enumerate(_PRODUCTS):
            session.add(FactName(dimension="product", key=f"p{index}", name=name, said_at=datetime.now(UTC)))
        days = [today - timedelta(days=back) for back in range(14, 104)]
        for day in days:
            session.add_all(_facts(dice, day, case))
        session.flush()
        for day in days:
            roll_day(session, day)
        for month in {day.replace(day=1) for day in days}:
            roll_month(session, month)


def _facts(dice: random.Random, day: date, case: Case) -> list[FactRow]:
    rows = []
    for index in range(len(_PRODUCTS)):
        source = case.id if index == 1 else "a case of another time"
        goods = {"product": f"p{index}", "category": "clothing", "country": dice.choice(["DE", "FR", "PL"])}
        reason = dice.choice(["size_or_fit", "size_or_fit", "changed_mind", "quality", "damaged"])
        wish = dice.choice(["refund", "refund", "exchange", "store_credit"])
        back = dice.randrange(0, 3 + index // 2)
        for measure, units, what in (
            (Measure.SOLD, dice.randrange(4, 12), {}),
            (Measure.REQUESTED, back + dice.randrange(2), {"reason": reason, "name": wish}),
            (Measure.RETURNED, back, {"reason": reason, "name": "restock"}),
        ):
            rows.append(_row(measure, day, case, source, units=units, amount=units * 4900, **goods, **what))
    money = [(Measure.PAID, "refund", 90_00), (Measure.PAID, "store_credit", 20_00), (Measure.COST, "postage", 9_00)]
    for measure, name, amount in (*money, (Measure.RETAINED, "exchange", 30_00)):
        rows.append(_row(measure, day, case, "another", name=name, amount=dice.randrange(amount)))
    rows += [
        _row(Measure.STEP, day, case, "another", name=state, number=dice.randrange(1, 90), units=1) for state in _STATES
    ]
    for wait in ("review", "inspection", "refund"):
        kept = int(dice.random() < 0.9)
        rows.append(_row(Measure.DEADLINE, day, case, "another", name=wait, number=kept, units=3))
    rows.append(_row(Measure.STARS, day, case, "another", number=dice.randrange(2, 6), units=1))
    rows.append(_row(Measure.OPENED, day, case, "another", name="return", units=dice.randrange(2, 9)))
    return rows


def _row(measure: Measure, day: date, case: Case, source: str, **what: object) -> FactRow:
    return FactRow(
        source_id=source, measure=measure, day=day, channel=case.channel_slug, currency=case.currency, **what
    )


def test_a_number_leads_to_the_case_behind_it(page: Page, stack: Stack) -> None:
    number = ask_for_return(stack, new_order(stack))
    frame = open_queue(page, stack)
    frame.get_by_role("link", name="Numbers").click()
    expect(frame.get_by_role("heading", name="Numbers")).to_be_visible()
    while not is_counted(stack, number):
        page.reload()
        expect(frame.get_by_role("heading", name="Numbers")).to_be_visible()
    fill(stack, number)
    page.reload()
    expect(frame.get_by_role("row", name=re.compile("Trail shoe"))).to_be_visible()
    picture(page, "numbers")
    assert faults_of(page) == []
    page.locator("#theme").click()
    picture(page, "numbers-dark")
    page.locator("#theme").click()
    frame.get_by_role("link", name="365 days").click()
    frame.get_by_role("row", name=re.compile("Trail shoe")).get_by_role("link").click()
    expect(frame.get_by_role("heading", name="Units that came back: Trail shoe")).to_be_visible()
    picture(page, "numbers-cases")
    assert faults_of(page) == []
    frame.get_by_role("link", name=number).click()
    expect(frame.get_by_role("heading", name=number)).to_be_visible()


def test_the_numbers_are_whole_on_a_phone_and_by_keyboard(page: Page, stack: Stack) -> None:
    page.set_viewport_size({"width": 430, "height": 900})
    open_queue(page, stack)
    page.goto(app_path(stack, "/analytics"))
    frame = frame_of(page)
    expect(frame.get_by_role("heading", name="Numbers")).to_be_visible()
    picture(page, "numbers-phone")
    assert faults_of(page) == []
    wide = frame.locator("body").evaluate("body => body.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
    frame.get_by_text("As a table").focus()
    page.keyboard.press("Enter")
    expect(frame.get_by_role("columnheader", name="Asked for")).to_be_visible()
    frame.get_by_label("First day").fill("2026-03-31")
    frame.get_by_label("Last day").fill("2026-03-01")
    frame.get_by_role("button", name="Show", exact=True).click()
    expect(frame.get_by_role("alert")).to_have_text("The last day is before the first.")
