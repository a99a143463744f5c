"""The policy in the Dashboard: draft, rules, order, publishing, versions; who may, and whose it is."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from saleor_returns_app.domain.policy import PolicyDocument, presets
from saleor_returns_app.errors import SaleorUnavailable
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.orders import OrderBackfill
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.backfilling import backfill_orders
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.policies import in_force, list_versions, read_draft, unpack_document
from saleor_returns_app.services.simulating import run_simulations
from tests.fakes import START, FakeClock, FakeSaleor, make_order
from tests.services.journeys import Shop

from .desk import Desk, hidden, words

WINDOW = {
    "name": "Long for shoes",
    "when-0.kind": "category",
    "when-0.op": "in",
    "when-0.values": "shoes\r\nboots\r\n",
    "then-0.kind": "window",
    "then-0.days": "60",
    "then-0.unit": "days",
    "then-0.anchor": "delivery",
    "then-0.travel_days": "3",
    "then-0.after": "ineligible",
    "explanation-en": "",
    "explanation-zh": "",
}


def draft_of(ctx: Context, tenant: Tenant) -> PolicyDocument:
    row = read_draft(ctx, tenant.id)
    assert row is not None
    return unpack_document(row.document)


def revision(ctx: Context, tenant: Tenant) -> str:
    row = read_draft(ctx, tenant.id)
    return str(row.revision) if row else ""


@pytest.fixture
def begun(desk: Desk) -> Desk:
    assert desk.post("/dashboard/policy/draft", preset="standard").status_code == 200
    return desk


def add(desk: Desk, **changes: Any) -> Any:
    form = desk.get("/dashboard/policy/rule").text
    return desk.post("/dashboard/policy/rule", revision=hidden(form, "revision"), was="", **{**WINDOW, **changes})


def form_for(desk: Desk, rule_id: str) -> dict[str, str]:
    page = desk.get("/dashboard/policy/rule", rule_id=rule_id).text
    return {name: hidden(page, name) for name in ("revision", "was")}


def test_before_anything_was_published_the_standard_policy_is_shown(desk: Desk) -> None:
    page = words(desk.get("/dashboard/policy/in-force").text)
    assert "the standard policy holds" in page
    assert "it can be returned within 7 days of receipt" in page


def test_a_preset_begins_a_draft_and_says_where_it_comes_from(desk: Desk, ctx: Context, tenant: Tenant) -> None:
    page = words(desk.get("/dashboard/policy").text)
    assert "Directive 2011/83/EU" in page
    assert "as of 20" in page
    desk.post("/dashboard/policy/draft", preset="eu")
    assert draft_of(ctx, tenant).name == "eu"


def test_a_rule_is_added_on_top_and_read_as_a_sentence(begun: Desk, ctx: Context, tenant: Tenant) -> None:
    answer = add(begun)
    assert answer.status_code == 200
    rule = draft_of(ctx, tenant).rules[0]
    assert rule.id == "long-for-shoes"
    assert rule.when[0].values == ("shoes", "boots")  # type: ignore[union-attr]
    assert "If the item belongs to the category shoes or boots, it can be returned within 60 days of receipt" in words(
        answer.text
    )


def test_what_is_wrong_is_said_at_its_field_and_everything_typed_stays(
    begun: Desk, ctx: Context, tenant: Tenant
) -> None:
    before = draft_of(ctx, tenant)
    answer = add(begun, name="My rule", **{"then-0.days": "soon", "when-0.values": ""})
    assert answer.status_code == 400
    assert 'value="My rule"' in answer.text
    assert 'value="soon"' in answer.text
    assert re.search(r'name="then-0.days"[^>]*aria-invalid="true"', answer.text)
    assert "Write a whole number." in words(answer.text)
    assert "Category, Categories: Choose or write at least one." in words(answer.text)
    assert draft_of(ctx, tenant) == before


@pytest.mark.parametrize(
    ("typed", "said"), [("100", "is no amount"), ("5 USD\n6 USD", "USD stands here twice"), ("x USD", "no amount")]
)
def test_an_amount_that_cannot_be_read_is_said(begun: Desk, typed: str, said: str) -> None:
    price = {"when-0.kind": "price", "when-0.op": "at_least", "when-0.amounts": typed}
    assert said in words(add(begun, **price).text)


def test_amounts_of_several_currencies_are_read(begun: Desk, ctx: Context, tenant: Tenant) -> None:
    add(begun, **{"when-0.kind": "price", "when-0.op": "at_least", "when-0.amounts": "100 USD\neur 90.50"})
    amounts = draft_of(ctx, tenant).rules[0].when[0].amounts  # type: ignore[union-attr]
    assert [(str(each.amount), each.currency) for each in amounts] == [("100", "USD"), ("90.50", "EUR")]


def test_a_condition_more_and_one_less_keep_what_was_typed(begun: Desk, ctx: Context, tenant: Tenant) -> None:
    more = begun.post("/dashboard/policy/rule/shape", revision="1", was="", **{**WINDOW, "add-when": "country"})
    assert 'name="when-1.values"' in more.text
    assert "shoes\nboots" in more.text
    less = begun.post("/dashboard/policy/rule/shape", revision="1", was="", **{**WINDOW, "drop": "when-0"})
    assert 'name="when-0.values"' not in less.text
    assert 'value="60"' in less.text
    assert draft_of(ctx, tenant) == presets.standard()


@pytest.mark.parametrize("rule_id", [rule.id for rule in presets.eu().rules])
def test_saving_a_rule_as_it_is_changes_nothing(desk: Desk, ctx: Context, tenant: Tenant, rule_id: str) -> None:
    desk.post("/dashboard/policy/draft", preset="eu")
    before = draft_of(ctx, tenant)
    page = desk.get("/dashboard/policy/rule", rule_id=rule_id).text
    assert desk.post(f"/dashboard/policy/rule?rule_id={rule_id}", **typed_in(page)).status_code == 200
    assert draft_of(ctx, tenant) == before


def typed_in(page: str) -> dict[str, Any]:
    """What a browser would send of the form on this page."""
    from html.parser import HTMLParser

    found: dict[str, list[str]] = {}

    class Reader(HTMLParser):
        area = select = ""

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            given = dict(attrs)
            name = given.get("name") or ""
            if tag == "textarea":
                self.area = name
                found.setdefault(name, [""])
            elif tag == "select":
                self.select = name
            elif tag == "option" and "selected" in given:
                found[self.select] = [given.get("value") or ""]
            elif tag == "input" and name and (given.get("type") != "checkbox" or "checked" in given):
                found.setdefault(name, []).append(given.get("value") or "")

        def handle_data(self, data: str) -> None:
            if self.area:
                found[self.area][0] += data

        def handle_endtag(self, tag: str) -> None:
            if tag == "textarea":
                self.area = ""

    Reader().feed(page)
    return dict(found)


def test_moving_a_rule_says_where_it_is_and_keeps_the_keyboard_there(begun: Desk, ctx: Context, tenant: Tenant) -> None:
    answer = begun.post(
        "/dashboard/policy/rule/move",
        revision=revision(ctx, tenant),
        rule="everything",
        group="time",
        way="up",
        before="faults",
    )
    ids = [rule.id for rule in draft_of(ctx, tenant).rules]
    assert ids.index("everything") == ids.index("faults") - 1
    assert "“Everything” is now 1 of 2 in Time to return." in words(answer.text)
    # It is on top now: the button that moves it down is the one to go on with.
    assert re.search(r'aria-label="Move down: Everything"[^>]*data-focus', answer.text)


def test_a_rule_is_duplicated_below_and_removed(begun: Desk, ctx: Context, tenant: Tenant) -> None:
    begun.post("/dashboard/policy/rule/duplicate?rule_id=faults", revision=revision(ctx, tenant))
    ids = [rule.id for rule in draft_of(ctx, tenant).rules]
    assert ids[ids.index("faults") + 1] == "faults-2"
    begun.post("/dashboard/policy/rule/remove?rule_id=faults", revision=revision(ctx, tenant))
    assert draft_of(ctx, tenant).rule("faults") is None


def test_who_was_slower_sees_the_other_s_change_and_keeps_what_they_typed(
    begun: Desk, ctx: Context, tenant: Tenant
) -> None:
    mine, theirs = form_for(begun, "missing"), form_for(begun, "missing")
    rule = {
        "when-0.kind": "reason",
        "when-0.op": "in",
        "when-0.values": "missing",
        "then-0.kind": "resolutions",
        "then-0.allowed": "refund",
    }
    other = begun.post("/dashboard/policy/rule?rule_id=missing", **theirs, name="Theirs", **rule)
    assert other.status_code == 200
    answer = begun.post("/dashboard/policy/rule?rule_id=missing", **mine, name="Mine", **rule)
    assert answer.status_code == 409
    assert "Someone else changed this rule in the meantime." in words(answer.text)
    assert "the shopper can have a refund" in words(answer.text)
    assert 'value="Mine"' in answer.text
    assert draft_of(ctx, tenant).rule("missing").name == "Theirs"  # type: ignore[union-attr]
    seen = {name: hidden(answer.text, name) for name in ("revision", "was")}
    assert begun.post("/dashboard/policy/rule?rule_id=missing", **seen, name="Mine", **rule).status_code == 200
    assert draft_of(ctx, tenant).rule("missing").name == "Mine"  # type: ignore[union-attr]


def test_changes_of_different_rules_do_not_clash(begun: Desk, ctx: Context, tenant: Tenant) -> None:
    mine = form_for(begun, "missing")
    add(begun)
    rule = {"when-0.kind": "reason", "when-0.op": "in", "when-0.values": "missing"}
    then = {"then-0.kind": "resolutions", "then-0.allowed": "refund"}
    assert begun.post("/dashboard/policy/rule?rule_id=missing", **mine, name="Mine", **rule, **then).status_code == 200
    found = draft_of(ctx, tenant)
    assert found.rule("long-for-shoes") is not None
    assert found.rule("missing").name == "Mine"  # type: ignore[union-attr]


def test_an_order_that_was_seen_differently_is_not_changed(begun: Desk, ctx: Context, tenant: Tenant) -> None:
    stale = revision(ctx, tenant)
    add(begun)
    before = draft_of(ctx, tenant)
    answer = begun.post("/dashboard/policy/rule/move", revision=stale, rule="everything", group="time", before="faults")
    assert answer.status_code == 409
    assert "Someone else changed the draft" in words(answer.text)
    assert draft_of(ctx, tenant) == before


def test_publishing_asks_what_changed_and_keeps_the_day(begun: Desk, ctx: Context, tenant: Tenant) -> None:
    answer = begun.post(
        "/dashboard/policy/publish", revision=revision(ctx, tenant), note=" ", when="day", day="2026-04-01"
    )
    assert answer.status_code == 400
    assert "Say in a few words what changed." in words(answer.text)
    assert 'value="2026-04-01"' in answer.text
    assert read_draft(ctx, tenant.id) is not None


def test_what_is_published_for_later_is_in_force_then(
    begun: Desk, ctx: Context, tenant: Tenant, clock: FakeClock
) -> None:
    add(begun)
    answer = begun.post(
        "/dashboard/policy/publish", revision=revision(ctx, tenant), note="Shoes", when="day", day="2026-03-04"
    )
    assert "Version 1 is published" in answer.headers["HX-Trigger"]
    assert in_force(ctx, tenant.id).version == 0
    clock.forward(days=2)
    assert in_force(ctx, tenant.id).version == 1


def test_a_past_day_cannot_be_chosen(begun: Desk, ctx: Context, tenant: Tenant) -> None:
    form = {"note": "x", "when": "day", "day": "2026-01-01"}
    answer = begun.post("/dashboard/policy/publish", revision=revision(ctx, tenant), **form)
    assert answer.status_code == 400
    assert "Choose a time to come" in words(answer.text)


def test_a_day_before_all_calendars_is_no_day(begun: Desk, ctx: Context, tenant: Tenant) -> None:
    with ctx.db.everyone() as session:
        stored = session.get_one(Tenant, tenant.id)
        stored.settings = {**stored.settings, "time_zone": "Asia/Shanghai"}
    sent = {"revision": revision(ctx, tenant), "note": "x", "when": "day", "day": "0001-01-01"}
    answer = begun.post("/dashboard/policy/publish", **sent)
    assert answer.status_code == 400
    assert "Choose the day" in answer.text


def test_a_row_of_spaces_in_an_amount_is_read_at_once(begun: Desk) -> None:
    began = time.process_time()
    changes = {"then-0.kind": "auto_approve", "then-0.up_to": "1" + " " * 1500 + "!"}
    answer = begun.post("/dashboard/policy/rule/preview", **{**WINDOW, **changes})
    assert answer.status_code == 200
    assert time.process_time() - began < 2.0  # it took five seconds, and eight times that for twice the spaces


def test_going_back_makes_an_earlier_version_the_draft(begun: Desk, ctx: Context, tenant: Tenant) -> None:
    begun.post("/dashboard/policy/publish", revision=revision(ctx, tenant), note="Standard", when="now")
    begun.post("/dashboard/policy/draft")
    add(begun)
    begun.post("/dashboard/policy/publish", revision=revision(ctx, tenant), note="Shoes", when="now")
    assert [row.version for row in list_versions(ctx, tenant.id)] == [2, 1]
    page = words(begun.get("/dashboard/policy/versions/2").text)
    assert "Changed since version 1" in page
    assert "New Long for shoes" in page
    begun.post("/dashboard/policy/versions/1/restore")
    row = read_draft(ctx, tenant.id)
    assert row is not None
    assert (row.version, row.based_on) == (3, 1)
    assert draft_of(ctx, tenant) == presets.standard()


def test_a_restored_version_does_not_push_a_draft_away_unseen(begun: Desk, ctx: Context, tenant: Tenant) -> None:
    begun.post("/dashboard/policy/publish", revision=revision(ctx, tenant), note="Standard", when="now")
    begun.post("/dashboard/policy/draft")
    add(begun)
    answer = begun.post("/dashboard/policy/versions/1/restore", revision="")
    assert answer.status_code == 409
    assert draft_of(ctx, tenant).rule("long-for-shoes") is not None


def test_a_bad_import_names_the_place_and_loses_nothing(begun: Desk, ctx: Context, tenant: Tenant) -> None:
    before = draft_of(ctx, tenant)
    text = "name: mine\nrules:\n  - id: a\n    name: Shoes\n    then:\n      - kind: window\n        days: soon\n"
    answer = begun.post("/dashboard/policy/text", revision=revision(ctx, tenant), text=text)
    assert answer.status_code == 400
    assert "Line 7, rules › 1 (“Shoes”) › then › 1 › days: A whole number is expected." in words(answer.text)
    assert "days: soon" in answer.text
    assert draft_of(ctx, tenant) == before


def test_an_import_shows_first_what_it_would_change(begun: Desk, ctx: Context, tenant: Tenant) -> None:
    text = '{"name": "mine", "rules": [{"id": "a", "name": "All", "then": [{"kind": "window", "days": 9}]}]}'
    answer = begun.post("/dashboard/policy/text", revision=revision(ctx, tenant), text=text)
    assert "New All" in words(answer.text)
    assert draft_of(ctx, tenant) == presets.standard()
    begun.post("/dashboard/policy/text", revision=revision(ctx, tenant), text=text, step="use")
    assert draft_of(ctx, tenant).name == "mine"


def test_the_page_says_how_many_orders_are_read_and_offers_to_go_on(
    begun: Desk, ctx: Context, tenant: Tenant, saleor: FakeSaleor, clock: FakeClock
) -> None:
    for number in range(25):
        placed = START - timedelta(days=1, seconds=number)
        saleor.orders[f"old-{number}"] = make_order(f"old-{number}", number=str(1000 + number), created=placed)
    begun.post("/dashboard/policy/simulation/orders")
    assert "still being read" in begun.get("/dashboard/policy/simulation").text
    backfill_orders(ctx)
    total = len(saleor.orders)
    part = begun.get("/dashboard/policy/simulation/orders").text
    assert f"20 of {total}, the newest first." in words(part)
    assert f'max="{total}" value="20"' in part
    with ctx.db.tenant(tenant.id) as session:
        session.execute(update(OrderBackfill).values(state="failed", error=SaleorUnavailable.text))
    given_up = begun.get("/dashboard/policy/simulation").text
    assert "Not all orders of the last 90 days could be read" in words(given_up)
    assert "20 were read, the newest first." in words(given_up)
    begun.post("/dashboard/policy/simulation/orders")
    for _ in range(2):
        clock.forward(seconds=5)
        backfill_orders(ctx)
    assert 'id="orders-read"' not in begun.get("/dashboard/policy/simulation").text


PAGES = ["", "/in-force", "/rule", "/simulation", "/publish", "/versions", "/text"]
WRITES = [
    ("/draft", {"preset": "eu"}),
    ("/draft/discard", {}),
    ("/rule", WINDOW),
    ("/rule/move", {"rule": "everything", "before": "faults"}),
    ("/rule/duplicate?rule_id=everything", {}),
    ("/rule/remove?rule_id=everything", {}),
    ("/simulation", {}),
    ("/simulation/orders", {}),
    ("/publish", {"note": "x"}),
    ("/text", {"text": "name: x\nrules: []", "step": "use"}),
    ("/versions/1/restore", {}),
]


@pytest.mark.parametrize(("path", "typed"), WRITES, ids=[path for path, _ in WRITES])
def test_who_may_not_manage_the_app_changes_nothing(
    begun: Desk, orders_desk: Desk, ctx: Context, tenant: Tenant, path: str, typed: dict[str, str]
) -> None:
    begun.post("/dashboard/policy/publish", revision=revision(ctx, tenant), note="First", when="now")
    begun.post("/dashboard/policy/draft")
    before = draft_of(ctx, tenant)
    answer = orders_desk.post(f"/dashboard/policy{path}", revision=revision(ctx, tenant), **typed)
    assert answer.status_code == 403
    assert draft_of(ctx, tenant) == before
    assert len(list_versions(ctx, tenant.id)) == 1


@pytest.mark.parametrize("path", [path for path in PAGES if path != "/rule"])
def test_whoever_manages_orders_can_read_it(begun: Desk, orders_desk: Desk, path: str) -> None:
    assert orders_desk.get(f"/dashboard/policy{path}").status_code == 200


@pytest.mark.parametrize("path", [*PAGES, "/versions/1", "/simulation/changes", "/rule?rule_id=long-for-shoes"])
def test_another_shop_sees_nothing_of_it(
    begun: Desk, foreign_desk: Desk, ctx: Context, tenant: Tenant, path: str
) -> None:
    add(begun)
    begun.post("/dashboard/policy/publish", revision=revision(ctx, tenant), note="Secret note", when="now")
    begun.post("/dashboard/policy/draft")
    answer = foreign_desk.get(f"/dashboard/policy{path}")
    assert "Long for shoes" not in answer.text
    assert "Secret note" not in answer.text


@pytest.mark.parametrize(("path", "typed"), WRITES, ids=[path for path, _ in WRITES])
def test_another_shop_changes_nothing_of_it(
    begun: Desk, foreign_desk: Desk, ctx: Context, tenant: Tenant, path: str, typed: dict[str, str]
) -> None:
    begun.post("/dashboard/policy/publish", revision=revision(ctx, tenant), note="First", when="now")
    begun.post("/dashboard/policy/draft")
    before, number = draft_of(ctx, tenant), revision(ctx, tenant)
    foreign_desk.post(f"/dashboard/policy{path}", revision=number, **typed)
    assert draft_of(ctx, tenant) == before
    assert revision(ctx, tenant) == number
    assert len(list_versions(ctx, tenant.id)) == 1


def test_hostile_names_stay_text(begun: Desk) -> None:
    add(begun, name="<script>alert(1)</script>")
    page = begun.get("/dashboard/policy").text
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_moved_rule_is_told_as_one_move(begun: Desk, ctx: Context, tenant: Tenant) -> None:
    begun.post("/dashboard/policy/publish", revision=revision(ctx, tenant), note="First", when="now")
    begun.post("/dashboard/policy/draft")
    typed = {"rule": "everything", "group": "time", "before": "faults"}
    begun.post("/dashboard/policy/rule/move", revision=revision(ctx, tenant), **typed)
    page = words(begun.get("/dashboard/policy/publish").text)
    assert "Moved Everything Now: Now at the top." in page
    assert page.count("Moved ") == 1


def test_a_rule_that_never_takes_effect_is_told_beside_it_with_what_to_do(begun: Desk) -> None:
    add(begun, name="Wide")
    add(begun, name="Narrow", **{"then-0.days": "90"})
    begun.post("/dashboard/policy/rule/move", **moved_below(begun))
    page = begun.get("/dashboard/policy").text
    row = page.partition('id="rule-time-narrow"')[2].partition("</li>")[0]
    assert "This rule never takes effect: “Wide” above matches whenever it does" in words(row)
    assert "Move it above that rule, or remove it." in words(row)


def moved_below(desk: Desk) -> dict[str, str]:
    page = desk.get("/dashboard/policy").text
    return {"revision": hidden(page, "revision"), "rule": "narrow", "group": "time", "after": "wide"}


def test_what_names_no_country_cannot_be_published(begun: Desk, ctx: Context, tenant: Tenant) -> None:
    add(begun, **{"when-0.kind": "country", "when-0.values": "Germany"})
    answer = begun.post("/dashboard/policy/publish", revision=revision(ctx, tenant), note="x", when="now")
    assert answer.status_code == 400
    assert "“Germany” is not the code of a country" in words(answer.text)
    assert list_versions(ctx, tenant.id) == []


def test_who_has_some_channels_only_sees_no_orders_of_the_others(
    begun: Desk, yen_desk: Desk, shop: Shop, ctx: Context, tenant: Tenant
) -> None:
    shop.request()
    begun.post("/dashboard/policy/draft", preset="us", revision=revision(ctx, tenant))
    begun.post("/dashboard/policy/simulation")
    run_simulations(ctx)
    number = shop.case(shop_case(ctx, tenant)).number
    assert number in begun.get("/dashboard/policy/simulation/changes").text
    assert number not in yen_desk.get("/dashboard/policy/simulation/changes").text


def shop_case(ctx: Context, tenant: Tenant) -> str:
    with ctx.db.tenant(tenant.id) as session:
        return session.scalars(select(Case.id)).one()


@pytest.mark.parametrize("currency", ["a b", "   ", "€€€", "12 "])
def test_what_is_no_currency_is_said_at_the_import_and_breaks_no_page(begun: Desk, currency: str) -> None:
    text = (
        "name: x\nrules:\n- id: a\n  name: A\n  then:\n  - kind: auto_approve\n"
        f'    up_to: [{{amount: 5, currency: "{currency}"}}]\n'
    )
    answer = begun.post("/dashboard/policy/text", text=text, step="use", revision="1")
    assert answer.status_code == 400
    assert "three letters" in answer.text
    assert begun.get("/dashboard/policy").status_code == 200
