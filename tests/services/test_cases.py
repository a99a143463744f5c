"""Opening a case and deciding on it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from saleor_returns_app.domain.cases import Channel, Reason
from saleor_returns_app.domain.orders import Order
from saleor_returns_app.errors import AppError, BadInput, Conflict, Forbidden, MoveRefused, NotFound, SaleorUnavailable
from saleor_returns_app.models.cases import Case, CaseEntry
from saleor_returns_app.models.notifications import Notification
from saleor_returns_app.services.cases import approve_case, cancel_case, close_case, reject_case
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.judging import LineRequest
from saleor_returns_app.services.logistics import add_tracking
from saleor_returns_app.services.opening import open_case
from saleor_returns_app.services.orders import fresh_order
from tests.conftest import add_tenant
from tests.fakes import START, FakeClock, FakeSaleor, make_fulfillment, make_line, make_order, usd

from .journeys import Shop


def ask(line_id: str = "line-1", quantity: int = 1, **changes: object) -> LineRequest:
    values = {"order_line_id": line_id, "quantity": quantity, "reason": Reason.CHANGED_MIND, **changes}
    return LineRequest(**values)  # type: ignore[arg-type]


def open_with(shop: Shop, *lines: LineRequest, override: str = "", staff: bool = False) -> str:
    return open_case(
        shop.ctx,
        shop.tenant_id,
        saleor_order_id="order-1",
        lines=lines,
        actor=shop.staff if staff else shop.shopper,
        through=Channel.PHONE if staff else Channel.PORTAL,
        language="en",
        override=override,
    )


def entries(shop: Shop, case_id: str) -> list[CaseEntry]:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        return list(session.scalars(select(CaseEntry).where(CaseEntry.case_id == case_id).order_by(CaseEntry.id)))


def test_a_request_becomes_a_case_with_number_deadline_history_and_mail(shop: Shop) -> None:
    case = shop.case(open_with(shop, ask(quantity=2)))
    assert (case.number, case.status, case.due_by) == ("R-2026-000001", "requested", "staff")
    assert case.due_at == START + timedelta(hours=48)
    assert case.expected_minor == 4000
    assert [entry.event for entry in entries(shop, case.id)] == ["request"]
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        mail = session.scalars(select(Notification)).one()
    assert (mail.kind, mail.recipient) == ("requested", "rita@example.com")


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([], "NO_LINES"),
        ([ask(quantity=0)], "QUANTITY"),
        ([ask(quantity=-1)], "QUANTITY"),
        ([ask(), ask()], "LINE_TWICE"),
        ([ask(description="x" * 4001)], "TOO_LONG"),
        ([ask(reason=Reason.OTHER, description=" ")], "DESCRIBE"),
        ([ask("line-9")], "UNKNOWN_LINE"),
        ([ask(f"line-{index}") for index in range(201)], "TOO_MANY_LINES"),
    ],
)
def test_bad_lines_are_refused_with_a_code(shop: Shop, lines: list[LineRequest], code: str) -> None:
    with pytest.raises(BadInput) as refused:
        open_with(shop, *lines)
    assert refused.value.code == code


def test_more_than_was_fulfilled_cannot_be_announced(shop: Shop) -> None:
    with pytest.raises(Conflict, match="At most 3"):
        open_with(shop, ask(quantity=4))


def test_units_in_another_case_cannot_be_announced_again(shop: Shop) -> None:
    open_with(shop, ask(quantity=2))
    with pytest.raises(Conflict, match="At most 1"):
        open_with(shop, ask(quantity=2))


@pytest.mark.parametrize("how", ["cancelled", "rejected"])
def test_units_of_a_released_case_can_be_announced_again(shop: Shop, how: str) -> None:
    case_id = open_with(shop, ask(quantity=3))
    if how == "cancelled":
        cancel_case(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper)
    else:
        reject_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, reason="Worn.")
    assert shop.case(open_with(shop, ask(quantity=3))).status == "requested"


def test_units_that_came_back_cannot_be_announced_a_second_time(shop: Shop) -> None:
    shop.to_payment({"line-1": 2})
    shop.work()
    with pytest.raises(Conflict, match="At most 1"):
        open_with(shop, ask(quantity=2))


def test_the_window_binds_shoppers(shop: Shop, clock: FakeClock) -> None:
    clock.forward(days=30)
    with pytest.raises(Conflict, match="7 days"):
        open_with(shop, ask())


def test_staff_may_override_the_window_with_a_reason_that_is_kept(shop: Shop, clock: FakeClock) -> None:
    clock.forward(days=30)
    with pytest.raises(Conflict):
        open_with(shop, ask(), staff=True)
    case_id = open_with(shop, ask(), staff=True, override="Goodwill, called twice.")
    assert entries(shop, case_id)[0].detail == {"override": "Goodwill, called twice."}


def test_staff_cannot_override_the_number_of_units(shop: Shop) -> None:
    with pytest.raises(Conflict, match="At most 3"):
        open_with(shop, ask(quantity=4), staff=True, override="I insist.")


def test_a_case_of_another_channel_does_not_exist_for_restricted_staff(shop: Shop) -> None:
    case_id = open_with(shop, ask())
    elsewhere = replace(shop.staff, channels=frozenset({"channel-pln"}))
    with pytest.raises(NotFound):
        approve_case(shop.ctx, shop.tenant_id, case_id, actor=elsewhere)


def test_a_case_of_another_tenant_does_not_exist(shop: Shop) -> None:
    case_id = open_with(shop, ask())
    other = add_tenant(shop.ctx.db, "other")
    with pytest.raises(NotFound):
        approve_case(shop.ctx, other.id, case_id, actor=shop.staff)


def test_staff_need_the_permission_to_open_a_case(shop: Shop) -> None:
    with pytest.raises(Forbidden):
        shop.request(actor=replace(shop.staff, permissions=frozenset()))


def test_deciding_needs_the_permission(shop: Shop) -> None:
    case_id = open_with(shop, ask())
    with pytest.raises(Forbidden):
        approve_case(shop.ctx, shop.tenant_id, case_id, actor=replace(shop.staff, permissions=frozenset()))


def test_approval_tells_the_address_and_starts_the_shoppers_deadline(shop: Shop) -> None:
    case_id = open_with(shop, ask())
    approve_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, message="Use the original box.")
    case = shop.case(case_id)
    assert (case.status, case.due_by) == ("approved", "shopper")
    assert "1 Dock Road" in case.return_address


def test_rejecting_needs_a_reason(shop: Shop) -> None:
    case_id = open_with(shop, ask())
    with pytest.raises(BadInput):
        reject_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, reason="  ")


def test_a_move_that_the_table_does_not_have_names_what_is_possible(shop: Shop) -> None:
    case_id = open_with(shop, ask())
    approve_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    with pytest.raises(MoveRefused, match="Cannot approve this return case: it is approved") as refused:
        approve_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    assert "receive" in refused.value.possible


def test_acting_on_an_old_version_is_a_conflict_that_names_the_state(shop: Shop) -> None:
    case_id = open_with(shop, ask())
    seen = shop.case(case_id).version
    approve_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, version=seen)
    with pytest.raises(Conflict, match="now approved"):
        reject_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, reason="No.", version=seen)


@pytest.mark.parametrize("number", ["", "ab", "x" * 61, "<script>", "日本"])
def test_what_no_label_shows_is_no_tracking_number(shop: Shop, number: str) -> None:
    case_id = open_with(shop, ask())
    approve_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    with pytest.raises(BadInput):
        add_tracking(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper, tracking_number=number)


def test_a_shopper_cannot_cancel_what_is_on_its_way(shop: Shop) -> None:
    case_id = open_with(shop, ask())
    approve_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    add_tracking(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper, tracking_number="RR123456785DE")
    with pytest.raises(MoveRefused):
        cancel_case(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper)


def test_a_resolved_case_can_be_closed(shop: Shop) -> None:
    case_id = shop.to_payment()
    shop.work()
    close_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    assert shop.case(case_id).status == "closed"


def test_a_shop_that_is_down_opens_nothing_and_takes_no_number(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.trouble["read_order"] = [SaleorUnavailable()]
    with pytest.raises(SaleorUnavailable):
        open_with(shop, ask())
    assert shop.case(open_with(shop, ask())).number == "R-2026-000001"


def test_an_order_whose_variant_was_deleted_can_be_returned(shop: Shop, saleor: FakeSaleor) -> None:
    line = make_line(variant_id=None, product_id=None, sku=None)
    saleor.orders["order-1"] = make_order(lines=(line,), fulfillments=(make_fulfillment((line,)),))
    assert shop.case(open_with(shop, ask())).lines[0].sku == ""


def test_text_of_any_kind_is_kept_as_it_was_written(shop: Shop) -> None:
    said = "🙃 <b>bold</b> שלום %(x)s {{ 7*7 }}"
    case_id = open_with(shop, ask(reason=Reason.OTHER, description=said))
    assert shop.case(case_id).lines[0].description == said


def test_parallel_requests_get_every_number_once_and_never_too_many_units(
    any_ctx: Context, shop_of: Callable[[Context], Shop]
) -> None:
    """Eight shoppers at once: three units exist, so three cases are opened, numbered 1 to 3."""
    shop = shop_of(any_ctx)
    shop.ctx.saleor.orders["order-1"] = make_order(total_gross=usd("70.00"))  # type: ignore[attr-defined]
    gate = threading.Barrier(8)
    refused: list[str] = []

    def one() -> None:
        gate.wait(timeout=10)
        try:
            open_with(shop, ask())
        except AppError as error:
            refused.append(error.code)

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    with any_ctx.db.tenant(shop.tenant_id) as session:
        numbers = sorted(session.scalars(select(Case.sequence)))
    assert numbers == [1, 2, 3]
    assert refused == ["TOO_MANY_UNITS"] * 5


def test_units_whose_return_was_recorded_after_the_order_was_read_are_not_announced_again(
    shop: Shop, saleor: FakeSaleor, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = shop.request({"line-1": 3})
    shop.approve(first)
    shop.receive(first)

    def record_in_between(ctx: Context, tenant_id: str, order_id: str) -> Order:
        order = fresh_order(ctx, tenant_id, order_id)
        shop.work()
        return order

    monkeypatch.setattr("saleor_returns_app.services.opening.fresh_order", record_in_between)
    with pytest.raises(Conflict, match="At most 0"):
        shop.request({"line-1": 1})
