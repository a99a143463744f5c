"""The credit note on the pages: for the shopper of the case, for staff by a link, for nobody else."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask import Flask

from saleor_returns_app.domain.orders import Address
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.credit_note_links import link_to
from saleor_returns_app.services.credit_notes import list_credit_notes
from tests.fakes import FakeClock, FakeSaleor, make_order
from tests.services.journeys import Shop

from .desk import Desk, words
from .portal.walking import log_in

NOTE = "CN-2026-000001"


@pytest.fixture
def paid(shop: Shop) -> str:
    case_id = shop.to_payment()
    shop.work()
    return case_id


def drawn(data: bytes) -> dict[str, Any]:
    template, values, _ = json.loads(data.removeprefix(b"%PDF-"))
    assert template == "credit_note"
    found: dict[str, Any] = values
    return found


def link_on(desk: Desk, case_id: str) -> str:
    page = desk.get(f"/dashboard/cases/{case_id}").text
    assert f"Credit note {NOTE}" in words(page)
    found = re.search(r"http://returns\.test(/documents/[^\"]+)", page)
    assert found
    return found[1]


def test_staff_open_it_from_the_case(desk: Desk, paid: str) -> None:
    answer = desk.client.get(link_on(desk, paid))
    assert (answer.status_code, answer.content_type) == (200, "application/pdf")
    assert answer.headers["Content-Disposition"] == f'inline; filename="{NOTE}.pdf"'
    said = drawn(answer.data)
    assert said["title"] == f"Credit note {NOTE}"
    assert said["lines"] == [["Monospace Tee", "1", "$16.67", "20 %", "$3.33", "$20.00"]]
    assert said["sums"] == [["Net amount", "$16.67"], ["Tax 20 %", "$3.33"]]
    assert said["total"] == ["Given back", "$20.00"]
    assert said["customer"] == "Rita Returner\nrita@example.com"


def test_it_is_written_to_where_the_order_was_billed(desk: Desk, shop: Shop, saleor: FakeSaleor) -> None:
    saleor.orders["order-1"] = make_order(billing_address=Address(company="Returner GmbH", city="Berlin", country="DE"))
    case_id = shop.to_payment()
    shop.work()
    said = drawn(desk.client.get(link_on(desk, case_id)).data)
    assert said["customer"] == "Returner GmbH\nBerlin\nDE\nrita@example.com"


def test_a_link_ends_and_cannot_be_made_up(desk: Desk, paid: str, clock: FakeClock) -> None:
    link = link_on(desk, paid)
    assert desk.client.get(f"{link}x").status_code == 404
    clock.forward(hours=2)
    assert desk.client.get(link).status_code == 404


def test_a_link_names_one_note_of_one_shop(ctx: Context, desk: Desk, shop: Shop, paid: str, foreign_desk: Desk) -> None:
    with ctx.db.tenant(shop.tenant_id) as session:
        (row,) = list_credit_notes(session, paid)
    link = link_to(ctx, "another", row.case_id, row.number)
    assert desk.client.get(link.removeprefix("http://returns.test")).status_code == 404
    assert foreign_desk.get(f"/dashboard/cases/{paid}").status_code == 404


def test_the_shopper_keeps_it_from_their_case_and_nobody_else_does(
    web: Flask, ctx: Context, tenant: Tenant, shop: Shop, paid: str
) -> None:
    number = shop.case(paid).number
    client = web.test_client()
    address = f"/r/{tenant.slug}/cases/{number}"
    assert client.get(f"{address}/credit-notes/{NOTE}").content_type != "application/pdf"
    log_in(client, ctx, tenant)
    assert f'href="{address}/credit-notes/{NOTE}"' in client.get(address).text
    assert drawn(client.get(f"{address}/credit-notes/{NOTE}").data)["customer"] == "Rita Returner\nrita@example.com"
    assert client.get(f"{address}/credit-notes/CN-2026-000002").status_code == 404


def test_it_speaks_the_shoppers_language(desk: Desk, shop: Shop) -> None:
    case_id = shop.to_payment()
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        case = shop.case(case_id)
        session.add(case)
        case.language = "zh-hans"
    shop.work()
    said = drawn(desk.client.get(link_on(desk, case_id)).data)
    assert (said["lang"], said["title"], said["total"][0]) == ("zh", f"贷项凭证 {NOTE}", "退款合计")
    assert said["facts"][0] == ["日期", "2026年3月2日"]


def test_the_seller_is_set_by_the_shop(desk: Desk, shop: Shop) -> None:
    typed = {
        "return_address": "1 Dock Road",
        "window_days": "7",
        "shipping_rule": "never",
        "seller": " Demo Ltd \n VAT 1 ",
    }
    assert desk.post("/dashboard/settings", **typed).status_code == 200
    assert shop.ctx.tenant_settings(shop.tenant_id).seller == "Demo Ltd\nVAT 1"
    assert not shop.ctx.tenant_settings(shop.tenant_id).attaches_credit_notes
    desk.post("/dashboard/settings", **typed, attaches_credit_notes="yes")
    assert shop.ctx.tenant_settings(shop.tenant_id).attaches_credit_notes
    assert 'value="yes" selected>On the order' in desk.get("/dashboard/settings").text
    refused = desk.post("/dashboard/settings", **{**typed, "seller": "x" * 1001})
    assert refused.status_code == 400
    assert "x" * 1001 in refused.text
