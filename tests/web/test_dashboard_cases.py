"""The page of a case: what it tells, which buttons it has, and what they do."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from saleor_returns_app.domain.cases import RETURN_CASE, STAFF_ACTIONS, CaseEvent, CaseStatus, Channel, Reason
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.refunds import REFUND, RefundStatus
from saleor_returns_app.domain.refunds import STAFF_ACTIONS as REFUND_STAFF_ACTIONS
from saleor_returns_app.errors import SaleorRefused, SaleorUnavailable
from saleor_returns_app.models.cases import Case, CaseEntry
from saleor_returns_app.models.notifications import Notification
from saleor_returns_app.models.refunds import Refund
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.judging import LineRequest
from saleor_returns_app.services.logistics import read_parcels
from saleor_returns_app.services.opening import open_case
from saleor_returns_app.services.payouts import PAYABLE
from saleor_returns_app.web.dashboard.actions import CASE_ACTIONS, REFUND_ACTIONS
from tests.fakes import FakeClock, FakeSaleor, usd
from tests.services.journeys import Shop

from .desk import Desk, hidden, seat, words


def page_of(case_id: str) -> str:
    return f"/dashboard/cases/{case_id}"


def quote_of(desk: Desk, case_id: str) -> str:
    return desk.get(f"{page_of(case_id)}/quote").text


def counts(shop: Shop, case_id: str, *, received: int, accepted: int, refusal: str = "") -> dict[str, str]:
    line = shop.case(case_id).lines[0]
    return {
        f"{line.id}.0.received": str(accepted),
        f"{line.id}.0.outcome": "restock",
        f"{line.id}.1.received": str(received - accepted),
        f"{line.id}.1.grade": "used",
        f"{line.id}.1.outcome": "send_back",
        f"{line.id}.1.refusal": refusal,
    }


def offered(page: str) -> set[str]:
    """Names of the actions that have a form or page here, by the addresses they are sent to."""
    named = set(re.findall(r'hx-post="/dashboard/cases/[\w-]+/([\w-]+)"', page))
    return named | ({"receive"} if '/receive"' in page else set())


def set_status(shop: Shop, case_id: str, status: CaseStatus) -> None:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        session.get_one(Case, case_id).status = status


class TestWhatItTells:
    def test_a_request_with_reason_verdict_and_deadline(self, desk: Desk, shop: Shop) -> None:
        said = words(desk.get(page_of(shop.request({"line-1": 2}))).text)
        for part in ("R-2026-000001", "Requested", "Your turn", "Monospace Tee", "328223580", "Changed mind"):
            assert part in said
        assert "Within policy Within 7 days of receipt." in said
        assert "Announced 2" in said
        assert "Return requested" in said
        assert "Returns portal" in said

    def test_pictures_and_names_come_from_the_order(self, desk: Desk, shop: Shop, saleor: FakeSaleor) -> None:
        order = saleor.orders["order-1"]
        saleor.change("order-1", lines=(replace(order.lines[0], image_url="https://shop.example/tee.png"),))
        page = desk.get(page_of(shop.request())).text
        assert 'src="https://shop.example/tee.png" alt=""' in page

    def test_counts_after_the_inspection(self, desk: Desk, shop: Shop) -> None:
        case_id = shop.request({"line-1": 3})
        shop.approve(case_id)
        desk.act(case_id, "receive", **counts(shop, case_id, received=2, accepted=1, refusal="Worn out."))
        said = words(desk.get(page_of(case_id)).text)
        assert "Announced 3 Arrived 2 Accepted 1" in said
        assert "Not accepted: Worn out." in said

    def test_links_lead_into_the_dashboard(self, desk: Desk, shop: Shop) -> None:
        page = desk.get(page_of(shop.request())).text
        assert 'data-dashboard-path="/orders/order-1"' in page
        assert 'data-dashboard-path="/customers/user-1"' in page

    def test_history_names_who_did_what(self, desk: Desk, shop: Shop) -> None:
        case_id = shop.request()
        desk.act(case_id, "approve", message="Please use the box.")
        said = words(desk.get(page_of(case_id)).text)
        assert "Return approved sam@shop.example" in said
        assert "Please use the box." in said

    @pytest.mark.parametrize(
        "text",
        [
            "<script>alert(1)</script>",
            '"><img src=x onerror=alert(1)>',
            "مرحبا <b>بالعالم</b>",
            "👕💥\u202eevil\u202c",
            "{{ 7 * 7 }} %(amount)s %s",
            "]]><!--",
        ],
    )
    def test_what_shoppers_write_is_text(self, desk: Desk, shop: Shop, text: str) -> None:
        lines = [LineRequest(order_line_id="line-1", quantity=1, reason=Reason.OTHER, description=text)]
        case_id = open_case(
            shop.ctx,
            shop.tenant_id,
            saleor_order_id="order-1",
            lines=lines,
            actor=shop.shopper,
            through=Channel.PORTAL,
            language="en",
        )
        desk.act(case_id, "reject", reason=text)
        page = desk.get(page_of(case_id)).text
        for markup in ("<script>", "<img src=x", "<b>", "<!--"):
            assert markup not in page
        assert text in re.sub(r"&lt;", "<", re.sub(r"&gt;", ">", re.sub(r"&#34;", '"', page))).replace("&#39;", "'")

    @pytest.mark.parametrize("field", ["customer_name", "email", "return_address"])
    def test_nothing_of_a_case_is_markup(self, desk: Desk, shop: Shop, field: str) -> None:
        case_id = shop.request()
        shop.approve(case_id)
        with shop.ctx.db.tenant(shop.tenant_id) as session:
            setattr(session.get_one(Case, case_id), field, "<script>alert(1)</script>")
        for path in (page_of(case_id), "/dashboard/", "/dashboard/widgets/order?orderId=order-1"):
            assert "<script>" not in desk.get(path).text

    def test_a_case_that_does_not_exist(self, desk: Desk) -> None:
        answer = desk.get(page_of("nothing"))
        assert answer.status_code == 404
        assert "not yours to see" in answer.text

    def test_looking_changes_nothing(self, desk: Desk, shop: Shop) -> None:
        case_id = shop.to_payment({"line-1": 1})
        before = shop.case(case_id).version
        for path in ("", "/quote", "/refunds", "/receive"):
            for _ in range(2):
                desk.get(page_of(case_id) + path)
        assert shop.case(case_id).version == before


class TestWhichButtons:
    @pytest.mark.parametrize("status", CaseStatus)
    def test_exactly_those_of_the_table(self, desk: Desk, shop: Shop, status: CaseStatus) -> None:
        case_id = shop.request()
        set_status(shop, case_id, status)
        events = {event for event in RETURN_CASE.possible(status, Who.STAFF) if event in STAFF_ACTIONS}
        # Only what ended for want of evidence can be reopened, which this did not.
        wanted = {CASE_ACTIONS[event].name for event in events if event is not CaseEvent.REOPEN}
        wanted.add("more-time")
        if status in (CaseStatus.APPROVED, CaseStatus.IN_TRANSIT):
            wanted.add("tracking")
        wanted |= {"message", "note"} | ({"offer"} if status in (CaseStatus.REQUESTED, CaseStatus.INSPECTED) else set())
        assert offered(desk.get(page_of(case_id)).text) == wanted

    def test_every_action_of_the_tables_has_its_button(self) -> None:
        assert set(CASE_ACTIONS) == {*STAFF_ACTIONS, CaseEvent.RESOLVE}
        assert set(REFUND_ACTIONS) == set(REFUND_STAFF_ACTIONS)

    @pytest.mark.parametrize("status", RefundStatus)
    def test_exactly_those_of_the_refund_s_table(self, desk: Desk, shop: Shop, status: RefundStatus) -> None:
        case_id = shop.to_payment({"line-1": 1})
        refund_id = shop.refunds(case_id)[0].id
        with shop.ctx.db.tenant(shop.tenant_id) as session:
            session.get_one(Refund, refund_id).status = status
        page = desk.get(page_of(case_id)).text
        events = [event for event in REFUND.possible(status, Who.STAFF) if event in REFUND_STAFF_ACTIONS]
        found = set(re.findall(rf'hx-post="/dashboard/cases/[\w-]+/refunds/{refund_id}/([\w-]+)"', page))
        by_hand = {"propose-payout"} if status in PAYABLE else set()
        assert found == {REFUND_ACTIONS[event].name for event in events} | by_hand

    def test_what_was_accepted_cannot_be_concluded_and_what_was_not_cannot_be_paid(
        self, desk: Desk, shop: Shop
    ) -> None:
        paid, refused = shop.request({"line-1": 1}), shop.request({"line-1": 1})
        for case_id, accepted in ((paid, 1), (refused, 0)):
            shop.approve(case_id)
            shop.receive(case_id, {"line-1": accepted})
        assert "conclude" not in offered(desk.get(page_of(paid)).text)
        assert offered(quote_of(desk, paid)) == {"refund"}
        assert offered(desk.get(page_of(refused)).text) == {
            *("conclude", "more-time", "message", "note", "offer"),
            "send-goods-back",
        }
        assert offered(quote_of(desk, refused)) == set()

    def test_paying_is_shown_but_not_possible_without_handle_payments(self, orders_desk: Desk, shop: Shop) -> None:
        case_id = shop.request()
        shop.approve(case_id)
        shop.receive(case_id)
        quote = quote_of(orders_desk, case_id)
        assert offered(quote) == set()
        assert 'aria-disabled="true"' in quote
        assert "You need the permission Handle payments" in quote
        answer = orders_desk.post(f"{page_of(case_id)}/refund", fingerprint="x")
        assert answer.status_code == 403
        assert shop.refunds(case_id) == []

    def test_a_stuck_refund_is_shown_but_not_possible_without_handle_payments(
        self, orders_desk: Desk, shop: Shop, saleor: FakeSaleor
    ) -> None:
        saleor.moods = ["decline"]
        case_id = shop.to_payment({"line-1": 1})
        shop.work()
        refund = shop.refunds(case_id)[0]
        page = orders_desk.get(page_of(case_id)).text
        assert page.count("You need the permission Handle payments") == 4
        for name, typed in (
            ("retry", {}),
            ("record", {"proof": "cash"}),
            ("cancel", {}),
            ("propose-payout", {"means": "cash"}),
        ):
            answer = orders_desk.post(f"{page_of(case_id)}/refunds/{refund.id}/{name}", **typed)
            assert answer.status_code == 403
        assert shop.refunds(case_id)[0].status == "failed"


class TestDeciding:
    def test_approving_tells_the_shopper_where_to_send(self, desk: Desk, shop: Shop) -> None:
        case_id = shop.request()
        page = desk.get(page_of(case_id)).text
        assert "1 Dock Road" in page
        answer = desk.act(case_id, "approve", message="Thank you!")
        assert answer.status_code == 200
        assert shop.case(case_id).status == "approved"
        assert answer.headers["HX-Retarget"] == "#main"
        told = json.loads(answer.headers["HX-Trigger"])
        assert told["saleor:notify"] == {"status": "success", "title": "Return approved", "text": "R-2026-000001"}
        assert "saleor:refresh" in told
        assert "Waiting for the goods" in answer.text

    def test_without_a_return_address_staff_are_warned(self, desk: Desk, shop: Shop, tenant: Tenant) -> None:
        with shop.ctx.db.everyone() as session:
            session.get_one(Tenant, tenant.id).settings = {}
        assert "No return address is set" in desk.get(page_of(shop.request())).text

    def test_rejecting_needs_a_reason_and_the_form_says_so(self, desk: Desk, shop: Shop) -> None:
        case_id = shop.request()
        answer = desk.act(case_id, "reject", reason="   ")
        assert answer.status_code == 400
        assert "Write the reason: the shopper reads it." in answer.text
        assert 'aria-invalid="true"' in answer.text
        assert "<table" not in answer.text  # the form alone; the page around it stays
        assert answer.headers["HX-Retarget"] == "this"
        assert desk.act(case_id, "reject", reason="The seal is broken.").status_code == 200
        assert shop.case(case_id).rejection == "The seal is broken."

    def test_a_text_that_is_too_long_is_kept_in_the_form(self, desk: Desk, shop: Shop) -> None:
        case_id = shop.request()
        answer = desk.act(case_id, "reject", reason="no " * 2_000)
        assert answer.status_code == 400
        assert "at most 4000 characters" in answer.text
        assert "no no no" in answer.text

    def test_five_megabytes_are_refused(self, desk: Desk, shop: Shop) -> None:
        case_id = shop.request()
        answer = desk.post(f"{page_of(case_id)}/reject", reason="x" * 5_000_000)
        assert answer.status_code == 413
        assert "too large" in answer.text
        assert shop.case(case_id).status == "requested"

    def test_where_nothing_was_accepted_nothing_is_asked(self, desk: Desk, shop: Shop) -> None:
        case_id = shop.request()
        shop.approve(case_id)
        shop.receive(case_id, {"line-1": 0})
        assert desk.act(case_id, "conclude").status_code == 200
        assert shop.case(case_id).status == "resolved"

    def test_cancelling_needs_a_reason_for_the_shopper(self, desk: Desk, shop: Shop) -> None:
        case_id = shop.request()
        answer = desk.act(case_id, "cancel")
        assert answer.status_code == 400
        assert "Write the reason" in words(answer.text)
        assert desk.act(case_id, "cancel", reason="Found at the depot").status_code == 200
        assert shop.case(case_id).status == "cancelled"
        with shop.ctx.db.tenant(shop.tenant_id) as session:
            mail = session.scalars(select(Notification).where(Notification.kind == "cancelled")).one()
        assert mail.params["reason"] == "Found at the depot"

    def test_approving_without_an_address_asks_where_to_send_the_items(self, desk: Desk, shop: Shop) -> None:
        with shop.ctx.db.everyone() as session:
            session.get_one(Tenant, shop.tenant_id).settings = {}
        case_id = shop.request()
        answer = desk.act(case_id, "approve")
        assert answer.status_code == 400
        assert "The shop has no return address" in words(answer.text)
        assert desk.act(case_id, "approve", message="To 1 Dock Road").status_code == 200
        assert desk.post("/dashboard/settings", return_address="2 Dock Road", window_days="30").status_code == 400
        typed = {"shipping_rule": "never", "brand_color": "", "contact_email": ""}
        saved = desk.post("/dashboard/settings", return_address="2 Dock Road", window_days="30", **typed)
        assert saved.status_code == 200
        assert shop.case(case_id).return_address == "2 Dock Road"

    def test_a_resolved_case_is_closed(self, desk: Desk, shop: Shop) -> None:
        case_id = shop.to_payment({"line-1": 1})
        shop.work()
        assert desk.act(case_id, "close").status_code == 200
        assert shop.case(case_id).status == "closed"


class TestReceiving:
    def test_the_page_is_filled_in_as_announced(self, desk: Desk, shop: Shop) -> None:
        case_id = shop.request({"line-1": 3})
        shop.approve(case_id)
        page = desk.get(f"{page_of(case_id)}/receive").text
        line = shop.case(case_id).lines[0]
        assert re.search(rf'name="{line.id}\.0\.received"[^>]*max="3"[^>]*value="3"', page)

    def test_what_is_booked_is_what_was_counted(self, desk: Desk, shop: Shop) -> None:
        case_id = shop.request({"line-1": 3})
        shop.approve(case_id)
        answer = desk.act(case_id, "receive", **counts(shop, case_id, received=3, accepted=2, refusal="Worn."))
        assert answer.status_code == 200
        line = shop.case(case_id).lines[0]
        assert (line.received, line.accepted, line.refusal) == (3, 2, "Worn.")
        assert shop.case(case_id).status == "inspected"

    @pytest.mark.parametrize(
        ("received", "accepted", "field"),
        [
            (4, 4, "0.received"),
            (-1, 0, "1.received"),
            (2, 3, "1.received"),
            (3, -1, "0.received"),
            (3, 2, "1.refusal"),
        ],
    )
    def test_impossible_counts_come_back_with_what_is_wrong(
        self, desk: Desk, shop: Shop, received: int, accepted: int, field: str
    ) -> None:
        case_id = shop.request({"line-1": 3})
        shop.approve(case_id)
        answer = desk.act(case_id, "receive", **counts(shop, case_id, received=received, accepted=accepted))
        line = shop.case(case_id).lines[0]
        assert answer.status_code == 400
        assert re.search(rf'id="{line.id}\.{re.escape(field)}"[^>]*aria-invalid="true"', answer.text)
        assert f'value="{accepted}"' in answer.text
        assert f'value="{received - accepted}"' in answer.text
        assert shop.case(case_id).status == "approved"

    @pytest.mark.parametrize("typed", ["", "two", "1.5", "٣", "9" * 30, "0x2"])
    def test_what_is_no_number_counts_nothing(self, desk: Desk, shop: Shop, typed: str) -> None:
        case_id = shop.request()
        shop.approve(case_id)
        line = shop.case(case_id).lines[0]
        answer = desk.act(case_id, "receive", **{f"{line.id}.0.received": typed})
        assert answer.status_code == 400
        assert shop.case(case_id).status == "approved"

    def test_a_line_that_was_left_out_has_to_be_counted(self, desk: Desk, shop: Shop) -> None:
        case_id = shop.request()
        shop.approve(case_id)
        answer = desk.act(case_id, "receive")
        assert answer.status_code == 400
        assert "Count every item" in answer.text

    def test_a_case_that_waits_for_no_goods_shows_itself(self, desk: Desk, shop: Shop) -> None:
        assert "Approve or reject this request" in desk.get(f"{page_of(shop.request())}/receive").text


class TestPaying:
    def inspected(self, shop: Shop, units: int = 1) -> str:
        case_id = shop.request({"line-1": units})
        shop.approve(case_id)
        shop.receive(case_id)
        shop.work()
        return case_id

    def approve(self, desk: Desk, case_id: str) -> str:
        quote = quote_of(desk, case_id)
        typed = {name: hidden(quote, name) for name in ("fingerprint", "version", "seen")}
        answer = desk.post(f"{page_of(case_id)}/refund", **typed)
        assert answer.status_code == 200, words(answer.text)
        return answer.text

    def test_the_quote_is_read_line_by_line(self, desk: Desk, shop: Shop) -> None:
        said = words(quote_of(desk, self.inspected(shop, 2)))
        assert "Monospace Tee × 2 $40.00" in said
        assert "Total $40.00" in said
        assert "Goes back to Card Original payment $40.00" in said
        assert "Approve refund of $40.00" in said

    def test_notes_of_the_quote_are_shown(self, desk: Desk, shop: Shop, saleor: FakeSaleor) -> None:
        case_id = self.inspected(shop, 2)
        transactions = (replace(saleor.orders["order-1"].transactions[0], charged=usd("15.00")),)
        saleor.change("order-1", transactions=transactions)
        said = words(quote_of(desk, case_id))
        assert "$25.00 cannot go back to a payment" in said
        assert "to be decided by you" in said

    def test_approving_pays_once_and_the_panel_watches(self, desk: Desk, shop: Shop, saleor: FakeSaleor) -> None:
        case_id = self.inspected(shop, 2)
        page = self.approve(desk, case_id)
        assert 'hx-trigger="every 2s"' in page
        shop.work()
        assert saleor.paid == [("grant-1", usd("40.00"))]
        page = desk.get(page_of(case_id)).text
        assert "every 2s" not in page
        assert "Paid" in words(page)
        assert "The quote as it was approved" in page

    def test_the_panel_says_nothing_until_something_changes(self, desk: Desk, shop: Shop, saleor: FakeSaleor) -> None:
        saleor.moods = ["wait"]
        case_id = self.inspected(shop)
        page = self.approve(desk, case_id)
        look = re.search(r'hx-get="([^"]*/refunds\?seen=[^"]*)"', page)
        assert look
        assert desk.get(look[1]).status_code == 204
        shop.work()
        panel = desk.get(look[1])
        assert panel.status_code == 200
        assert "Pending" in panel.text
        assert "HX-Retarget" not in panel.headers
        look = re.search(r'hx-get="([^"]*/refunds\?seen=[^"]*)"', panel.text)
        assert look
        saleor.pay("grant-1", usd("20.00"))
        shop.work(looks=4)
        whole = desk.get(look[1])
        assert whole.headers["HX-Retarget"] == "#main"
        assert "Everything is settled" in whole.text

    def test_a_refund_that_fails_while_it_is_watched_shows_what_to_do(
        self, desk: Desk, shop: Shop, saleor: FakeSaleor
    ) -> None:
        saleor.moods = ["decline"]
        page = self.approve(desk, self.inspected(shop))
        look = re.search(r'hx-get="([^"]*/refunds\?seen=[^"]*)"', page)
        assert look
        shop.work()
        whole = desk.get(look[1])
        assert whole.headers["HX-Retarget"] == "#main"
        assert "The provider declined $20.00" in words(whole.text)

    def test_a_refund_that_takes_days_is_looked_at_rarely(
        self, desk: Desk, shop: Shop, saleor: FakeSaleor, clock: FakeClock, web: Flask, tenant: Tenant
    ) -> None:
        saleor.moods = ["wait"]
        case_id = self.inspected(shop)
        self.approve(desk, case_id)
        shop.work()
        clock.forward(minutes=4)
        assert 'hx-trigger="every 20s"' in desk.get(page_of(case_id)).text

    def test_a_quote_that_changed_since_has_to_be_read_again(
        self, desk: Desk, shop: Shop, saleor: FakeSaleor, clock: FakeClock
    ) -> None:
        case_id = self.inspected(shop, 2)
        quote = quote_of(desk, case_id)
        typed = {name: hidden(quote, name) for name in ("fingerprint", "version", "seen")}
        transactions = (replace(saleor.orders["order-1"].transactions[0], charged=usd("15.00")),)
        saleor.change("order-1", transactions=transactions)
        clock.forward(minutes=2)
        answer = desk.post(f"{page_of(case_id)}/refund", **typed)
        assert answer.status_code == 409
        assert "Read it again before you approve" in answer.text
        assert shop.refunds(case_id) == []
        assert "$25.00 cannot go back" in words(quote_of(desk, case_id))

    def test_a_shop_that_is_down_says_so_where_the_quote_would_be(
        self, desk: Desk, shop: Shop, saleor: FakeSaleor, clock: FakeClock
    ) -> None:
        case_id = self.inspected(shop)
        clock.forward(minutes=2)
        saleor.trouble["read_order"] = [SaleorUnavailable()]
        answer = desk.get(f"{page_of(case_id)}/quote")
        assert answer.status_code == 503
        assert "The shop does not answer" in answer.text
        assert f'hx-get="{page_of(case_id)}/quote' in answer.text
        assert desk.get(page_of(case_id)).status_code == 200

    def test_a_shop_that_is_down_keeps_the_button_where_it_was(
        self, desk: Desk, shop: Shop, saleor: FakeSaleor, clock: FakeClock
    ) -> None:
        case_id = self.inspected(shop)
        quote = quote_of(desk, case_id)
        typed = {name: hidden(quote, name) for name in ("fingerprint", "version", "seen")}
        clock.forward(minutes=2)
        saleor.trouble["read_order"] = [SaleorUnavailable()]
        answer = desk.post(f"{page_of(case_id)}/refund", **typed)
        assert answer.status_code == 503
        assert hidden(answer.text, "fingerprint") == typed["fingerprint"]
        assert answer.headers["HX-Retarget"] == "this"
        again = {name: hidden(answer.text, name) for name in ("fingerprint", "version", "seen")}
        assert desk.post(f"{page_of(case_id)}/refund", **again).status_code == 200

    def test_before_the_goods_are_counted_nothing_is_paid(self, desk: Desk, shop: Shop) -> None:
        case_id = shop.request()
        shop.approve(case_id)
        quote = quote_of(desk, case_id)
        assert "Expected refund" in quote
        assert "fingerprint" not in quote
        answer = desk.post(f"{page_of(case_id)}/refund", fingerprint="x")
        assert answer.status_code == 409
        assert shop.refunds(case_id) == []


class TestRefundsThatNeedAPerson:
    def stuck(self, shop: Shop, saleor: FakeSaleor, mood: str) -> tuple[str, Refund]:
        saleor.moods = [mood]
        case_id = shop.to_payment({"line-1": 2})
        shop.work()
        return case_id, shop.refunds(case_id)[-1]

    def act(self, desk: Desk, case_id: str, refund: Refund, name: str, **typed: str) -> int:
        seen = desk.seen(page_of(case_id))
        return desk.post(f"{page_of(case_id)}/refunds/{refund.id}/{name}", **{**seen, **typed}).status_code

    def test_what_happened_and_what_to_do_stands_on_top(self, desk: Desk, shop: Shop, saleor: FakeSaleor) -> None:
        case_id, _ = self.stuck(shop, saleor, "decline")
        said = words(desk.get(page_of(case_id)).text)
        assert (
            "The provider declined $40.00: Card account closed. Retry it, or propose a bank transfer or cash." in said
        )
        assert "Last answer: Card account closed" in said

    def test_a_declined_refund_is_retried(self, desk: Desk, shop: Shop, saleor: FakeSaleor) -> None:
        case_id, refund = self.stuck(shop, saleor, "decline")
        assert self.act(desk, case_id, refund, "retry") == 200
        shop.work()
        assert shop.case(case_id).status == "resolved"
        assert [amount for _, amount in saleor.paid] == [usd("40.00")]

    def test_for_an_unclear_refund_the_person_vouches(
        self, desk: Desk, shop: Shop, saleor: FakeSaleor, clock: FakeClock
    ) -> None:
        case_id, refund = self.stuck(shop, saleor, "timeout")
        page = desk.get(page_of(case_id)).text
        assert "I looked: no money moved for this refund" in page
        assert re.search(r'type="checkbox" name="vouched"[^>]* required', page)
        clock.forward(minutes=3)
        assert self.act(desk, case_id, refund, "retry") == 400
        assert shop.refunds(case_id)[-1].status == "unclear"
        assert self.act(desk, case_id, refund, "retry", vouched="yes") == 200
        with shop.ctx.db.tenant(shop.tenant_id) as session:
            entry = session.scalars(select(CaseEntry).where(CaseEntry.event == "retry_refund")).one()
        assert entry.detail["vouched"] is True
        assert entry.actor == "sam@shop.example"

    def test_paid_outside_needs_a_proof(self, desk: Desk, shop: Shop, saleor: FakeSaleor) -> None:
        case_id, refund = self.stuck(shop, saleor, "decline")
        assert self.act(desk, case_id, refund, "record", proof=" ") == 400
        assert self.act(desk, case_id, refund, "record", proof="Paid at the provider, psp-77, 2 March") == 200
        assert shop.case(case_id).status == "resolved"
        assert "Paid at the provider, psp-77, 2 March" in desk.get(page_of(case_id)).text

    def test_a_cancelled_refund_leads_back_to_the_quote(self, desk: Desk, shop: Shop, saleor: FakeSaleor) -> None:
        case_id, refund = self.stuck(shop, saleor, "decline")
        assert self.act(desk, case_id, refund, "cancel") == 200
        assert shop.case(case_id).status == "inspected"
        assert offered(quote_of(desk, case_id)) == {"refund"}

    def test_the_rest_of_a_partial_payment_is_approved(self, desk: Desk, shop: Shop, saleor: FakeSaleor) -> None:
        case_id, rest = self.stuck(shop, saleor, "part")
        assert "$20.00 is still owed" in words(desk.get(page_of(case_id)).text)
        assert self.act(desk, case_id, rest, "approve-rest") == 200
        shop.work()
        assert shop.case(case_id).status == "resolved"
        assert [amount for _, amount in saleor.paid] == [usd("20.00"), usd("20.00")]

    def test_a_return_that_saleor_does_not_take_is_confirmed_by_a_person(
        self, desk: Desk, shop: Shop, saleor: FakeSaleor
    ) -> None:
        saleor.trouble["return_products"] = [SaleorRefused("Quantity is too big.", codes=["INVALID_QUANTITY"])]
        case_id = shop.request()
        shop.approve(case_id)
        shop.receive(case_id)
        shop.work()
        page = desk.get(page_of(case_id)).text
        assert "Quantity is too big." in words(page)
        assert "confirm-return" in offered(page)
        assert desk.act(case_id, "confirm-return").status_code == 200
        assert shop.case(case_id).return_recorded
        assert "Needs attention" not in desk.get(page_of(case_id)).text

    def test_a_refund_of_another_case_does_not_exist(self, desk: Desk, shop: Shop, saleor: FakeSaleor) -> None:
        _, refund = self.stuck(shop, saleor, "decline")
        other = shop.request({"line-1": 1})
        answer = desk.post(f"{page_of(other)}/refunds/{refund.id}/cancel")
        assert answer.status_code == 404
        assert shop.refunds(refund.case_id)[0].status == "failed"


class TestTwoPeopleAtOnce:
    def test_the_second_sees_what_the_first_did_and_keeps_what_was_typed(
        self, desk: Desk, web: Flask, saleor: FakeSaleor, tenant: Tenant, shop: Shop
    ) -> None:
        case_id = shop.request()
        olga = seat(web, saleor, tenant, email="olga@shop.example")
        seen = desk.seen(page_of(case_id))
        olga.act(case_id, "approve")
        answer = desk.post(f"{page_of(case_id)}/reject", reason="Worn shoes, <b>sorry</b>.", **seen)
        assert answer.status_code == 409
        said = words(answer.text)
        assert "Someone else changed this case in the meantime: it is now approved." in said
        assert "Return approved · olga@shop.example" in said
        assert "You had written: Worn shoes, <b>sorry</b>." in said
        assert "Waiting for the goods" in said
        assert answer.headers["HX-Retarget"] == "#main"
        assert "<b>sorry" not in answer.text
        assert shop.case(case_id).status == "approved"

    def test_what_is_still_possible_is_open_again_with_what_was_typed(
        self, desk: Desk, web: Flask, saleor: FakeSaleor, tenant: Tenant, shop: Shop
    ) -> None:
        case_id = shop.request()
        shop.approve(case_id)
        olga = seat(web, saleor, tenant, email="olga@shop.example")
        seen = desk.seen(page_of(case_id))
        olga.act(case_id, "tracking", tracking_number="1Z999")
        answer = desk.post(f"{page_of(case_id)}/tracking", tracking_number="1Z777", **seen)
        assert answer.status_code == 409
        assert re.search(r'<dialog id="do-tracking"[^>]* data-shown>', answer.text)
        assert 'value="1Z777"' in answer.text
        assert [row.tracking_number for row in read_parcels(shop.ctx, shop.tenant_id, case_id)] == ["1Z999"]
        again = {name: hidden(answer.text, name) for name in ("version", "seen")}
        assert desk.post(f"{page_of(case_id)}/tracking", tracking_number="1Z777", **again).status_code == 200

    def test_counted_numbers_are_kept(
        self, desk: Desk, web: Flask, saleor: FakeSaleor, tenant: Tenant, shop: Shop
    ) -> None:
        case_id = shop.request({"line-1": 3})
        shop.approve(case_id)
        seen = desk.seen(f"{page_of(case_id)}/receive")
        seat(web, saleor, tenant, email="olga@shop.example").act(case_id, "tracking", tracking_number="1Z999")
        typed = counts(shop, case_id, received=3, accepted=2, refusal="Worn.")
        answer = desk.post(f"{page_of(case_id)}/receive", **seen, **typed)
        assert answer.status_code == 409
        assert "Parcel on its way · olga@shop.example" in words(answer.text)
        for value in ("2", "1", "Worn."):
            assert f'value="{value}"' in answer.text
        again = {name: hidden(answer.text, name) for name in ("version", "seen")}
        assert desk.post(f"{page_of(case_id)}/receive", **again, **typed).status_code == 200

    def test_a_second_click_changes_nothing(self, desk: Desk, shop: Shop) -> None:
        case_id = shop.request()
        seen = desk.seen(page_of(case_id))
        assert desk.post(f"{page_of(case_id)}/approve", **seen).status_code == 200
        version = shop.case(case_id).version
        assert desk.post(f"{page_of(case_id)}/approve", **seen).status_code == 409
        assert shop.case(case_id).version == version

    def test_work_in_the_background_is_nobody_s_move(self, desk: Desk, shop: Shop) -> None:
        """Recording the return in Saleor writes to the case; the person who reads the quote meanwhile must not notice."""
        case_id = shop.request()
        shop.approve(case_id)
        shop.receive(case_id)
        quote = quote_of(desk, case_id)
        typed = {name: hidden(quote, name) for name in ("fingerprint", "version", "seen")}
        shop.work()
        assert shop.case(case_id).version > int(typed["version"])
        assert desk.post(f"{page_of(case_id)}/refund", **typed).status_code == 200

    def test_a_program_without_the_history_s_place_is_held_to_the_version(self, desk: Desk, shop: Shop) -> None:
        case_id = shop.request()
        version = shop.case(case_id).version
        shop.approve(case_id)
        answer = desk.post(f"{page_of(case_id)}/cancel", version=str(version), reason="Found")
        assert answer.status_code == 409
        assert shop.case(case_id).status == "approved"

    def test_an_impossible_move_names_the_possible_ones(self, desk: Desk, shop: Shop) -> None:
        case_id = shop.request()
        answer = desk.post(f"{page_of(case_id)}/close")
        assert answer.status_code == 409
        assert "Cannot close this return case: it is requested." in words(answer.text)
