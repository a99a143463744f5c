"""Disputes on the staff's page: what the shopper says, upheld or taken up again with a word to them."""

from __future__ import annotations

from tests.services.journeys import Shop
from tests.services.test_disputes import dispute, settled

from .desk import Desk, words


def test_a_dispute_is_read_and_taken_up_again(desk: Desk, shop: Shop) -> None:
    case_id = settled(shop)
    dispute(shop, case_id, "It came <b>so</b>.")
    page = desk.get(f"/dashboard/cases/{case_id}").text
    assert "The shopper disputes the decision" in page
    assert "It came &lt;b&gt;so&lt;/b&gt;." in page
    assert desk.act(case_id, "overturn", reason="You are right.").status_code == 200
    assert shop.case(case_id).status == "requested"


def test_upholding_takes_a_reason(desk: Desk, shop: Shop) -> None:
    case_id = settled(shop)
    dispute(shop, case_id)
    refused = desk.act(case_id, "uphold", reason=" ")
    assert refused.status_code == 400
    assert "Write the reason" in words(refused.text)
    assert desk.act(case_id, "uphold", reason="Worn.").status_code == 200
    assert shop.case(case_id).status == "closed"


def test_two_tabs_decide_once(desk: Desk, shop: Shop) -> None:
    case_id = settled(shop)
    dispute(shop, case_id)
    seen = desk.seen(f"/dashboard/cases/{case_id}")
    assert desk.post(f"/dashboard/cases/{case_id}/uphold", **seen, reason="Worn.").status_code == 200
    assert desk.post(f"/dashboard/cases/{case_id}/overturn", **seen, reason="").status_code == 409
    assert shop.case(case_id).status == "closed"
