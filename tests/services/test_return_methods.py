"""How parcels come back: what is offered, what it costs, what the shop arranges."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import CaseStatus
from saleor_returns_app.domain.orders import Address
from saleor_returns_app.domain.places import Place
from saleor_returns_app.domain.terms import CaseTerms, PostageBearer
from saleor_returns_app.errors import BadInput, Conflict, Forbidden, NotFound
from saleor_returns_app.models.cases import Case, CaseEntry
from saleor_returns_app.models.notifications import Notification
from saleor_returns_app.models.parcels import Parcel
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.advancing import advance_order
from saleor_returns_app.services.arranging import arrange_parcel
from saleor_returns_app.services.cases import approve_case
from saleor_returns_app.services.logistics import add_tracking, read_parcels
from saleor_returns_app.services.orders import mirrored_order
from saleor_returns_app.services.quotes import quote_case
from saleor_returns_app.services.return_methods import Chosen, WaysBack, choose_method, ways_back
from saleor_returns_app.services.waiting import settings_of
from tests.fakes import FakeSaleor, make_order, usd

from .journeys import Shop

HOME = Address(name="Rita Returner", street_1="Hof 3", postal_code="10115", city="Berlin", country="DE")
HARBOUR = Place(
    name="Harbour",
    address=Address(company="Demo Harbour", street_1="1 Quay", postal_code="20457", city="Hamburg", country="DE"),
    countries=("DE", "AT"),
)
STORE = Place(
    name="City store", address=Address(company="Demo", street_1="2 High St", city="Bonn"), is_store=True, hours="10–18"
)
PICKUP = Chosen(
    method="courier_pickup", day="2026-03-03", window="09:00–13:00", address="Rita\n Hof   3 \n\n10115 Berlin"
)


@pytest.fixture(autouse=True)
def _home(saleor: FakeSaleor) -> None:
    saleor.orders["order-1"] = make_order(shipping_address=HOME)


def configure(shop: Shop, **changed: Any) -> None:
    with shop.ctx.db.everyone() as session:
        tenant = session.get_one(Tenant, shop.tenant_id)
        tenant.settings = {**tenant.settings, **changed}


def approved(shop: Shop, *methods: str, bearer: PostageBearer | None = PostageBearer.SHOPPER, **terms: Any) -> str:
    configure(
        shop,
        places=[HARBOUR.dump(), STORE.dump()],
        methods=["in_store", "self_shipping", "drop_off", "courier_pickup"],
        postage={"courier_pickup": {"USD": "6.90"}, "drop_off": {"USD": "3.90", "EUR": "3.50"}},
    )
    case_id = shop.request({"line-1": 2})
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        case = session.get_one(Case, case_id)
        case.terms = CaseTerms.load(case.terms).but(postage_bearer=bearer, methods=methods, **terms).dump()
    shop.approve(case_id)
    return case_id


def ways_of(shop: Shop, case_id: str) -> WaysBack:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        return ways_back(shop.ctx, session, session.get_one(Case, case_id))


def choose(shop: Shop, case_id: str, chosen: Chosen, *, parcel: int | None = None, actor: Actor | None = None) -> int:
    return choose_method(shop.ctx, shop.tenant_id, case_id, actor=actor or shop.shopper, chosen=chosen, parcel=parcel)


def arrange(shop: Shop, case_id: str, **said: Any) -> None:
    arrange_parcel(shop.ctx, shop.tenant_id, case_id, actor=said.pop("actor", shop.staff), parcel=1, **said)


def total_of(shop: Shop, case_id: str) -> str:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        case = session.get_one(Case, case_id)
        order = mirrored_order(session, case.saleor_order_id)
        return str(quote_case(session, case, order, settings_of(session, case)).total)


def the_parcel(shop: Shop, case_id: str) -> Parcel:
    (parcel,) = read_parcels(shop.ctx, shop.tenant_id, case_id)
    return parcel


def mails(shop: Shop, kind: str) -> list[Notification]:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        return list(session.scalars(select(Notification).where(Notification.kind == kind)))


class TestWhatIsOffered:
    def test_the_ways_of_the_policy_with_what_each_costs_the_shopper(self, shop: Shop) -> None:
        ways = ways_of(shop, approved(shop, "courier_pickup", "drop_off", "self_shipping", "in_store"))
        assert [(way.method, way.cost, way.taken_off) for way in ways.methods] == [
            ("courier_pickup", usd("6.90"), usd("6.90")),
            ("drop_off", usd("3.90"), usd("3.90")),
            ("self_shipping", None, usd("0")),
            ("in_store", None, usd("0")),
        ]
        assert ways.is_choice
        assert ways.home == "Rita Returner\nHof 3\n10115 Berlin\nDE"
        assert [store.name for store in ways.stores] == ["City store"]

    def test_a_shared_postage_is_shown_as_the_shopper_s_part(self, shop: Shop) -> None:
        ways = ways_of(shop, approved(shop, "drop_off", bearer=PostageBearer.SHARED, merchant_percent=33))
        assert [way.taken_off for way in ways.methods] == [usd("2.61")]  # 67 % of 3.90, rounded for the shopper

    def test_what_the_shop_pays_for_costs_nothing(self, shop: Shop) -> None:
        ways = ways_of(shop, approved(shop, "courier_pickup", bearer=PostageBearer.MERCHANT))
        assert [(way.method, way.taken_off) for way in ways.methods] == [("courier_pickup", usd("0"))]

    @pytest.mark.parametrize("terms", [{"statutory": True}, {"amount": usd("5.00")}])
    def test_what_nobody_could_be_charged_for_is_not_offered(self, shop: Shop, terms: dict[str, Any]) -> None:
        ways = ways_of(shop, approved(shop, "courier_pickup", "drop_off", **terms))
        assert [way.method for way in ways.methods] == ["self_shipping"]
        assert not ways.is_choice

    def test_a_way_without_a_price_costs_nothing(self, shop: Shop) -> None:
        case_id = approved(shop, "courier_pickup", "in_store")
        configure(shop, postage={}, places=[])
        assert [(way.method, way.cost) for way in ways_of(shop, case_id).methods] == [("courier_pickup", None)]

    def test_what_the_shop_does_not_offer_no_policy_can_allow(self, shop: Shop) -> None:
        case_id = approved(shop)
        assert len(ways_of(shop, case_id).methods) == 4
        configure(shop, methods=["drop_off", "self_shipping"])
        assert [way.method for way in ways_of(shop, case_id).methods] == ["drop_off", "self_shipping"]
        configure(shop, methods=[])
        assert [way.method for way in ways_of(shop, case_id).methods] == ["self_shipping"]

    def test_a_courier_comes_on_business_days_from_tomorrow_on(self, shop: Shop) -> None:
        case_id = approved(shop, "courier_pickup")
        configure(shop, closed_days=["2026-03-04"])
        days = ways_of(shop, case_id).days
        assert days[:3] == (date(2026, 3, 3), date(2026, 3, 5), date(2026, 3, 6))
        assert all(day.weekday() < 5 for day in days)
        assert len(days) == 10


class TestChoosing:
    def test_its_postage_becomes_a_line_of_the_quote(self, shop: Shop) -> None:
        case_id = approved(shop, "courier_pickup", "drop_off", "self_shipping")
        assert total_of(shop, case_id) == "40.00 USD"
        assert choose(shop, case_id, PICKUP) == 1
        assert total_of(shop, case_id) == "33.10 USD"
        assert shop.case(case_id).expected_minor == 3310
        parcel = the_parcel(shop, case_id)
        assert (parcel.method, parcel.pickup_day, parcel.pickup_window) == (
            "courier_pickup",
            date(2026, 3, 3),
            "09:00–13:00",
        )
        assert parcel.pickup_address == "Rita\nHof 3\n10115 Berlin"

    def test_another_way_takes_the_place_of_the_first(self, shop: Shop) -> None:
        case_id = approved(shop, "courier_pickup", "self_shipping")
        choose(shop, case_id, PICKUP)
        choose(shop, case_id, Chosen(method="self_shipping"))
        assert total_of(shop, case_id) == "40.00 USD"
        assert the_parcel(shop, case_id).pickup_address == ""
        assert shop.case(case_id).attention == ""

    def test_every_parcel_costs_its_own(self, shop: Shop) -> None:
        case_id = approved(shop, "courier_pickup", "drop_off")
        choose(shop, case_id, PICKUP)
        assert choose(shop, case_id, Chosen(method="drop_off"), parcel=0) == 2
        assert total_of(shop, case_id) == "29.20 USD"
        assert CaseTerms.load(shop.case(case_id).terms).postage_cost == usd("10.80")

    def test_saying_it_twice_changes_nothing(self, shop: Shop) -> None:
        case_id = approved(shop, "drop_off")
        for _ in range(2):
            choose(shop, case_id, Chosen(method="drop_off"))
        with shop.ctx.db.tenant(shop.tenant_id) as session:
            events = session.scalars(select(CaseEntry.event).where(CaseEntry.case_id == case_id)).all()
        assert events.count("choose_method") == 1

    def test_a_store_is_named(self, shop: Shop) -> None:
        case_id = approved(shop, "in_store", "self_shipping")
        choose(shop, case_id, Chosen(method="in_store", store="city store"))
        assert the_parcel(shop, case_id).place == "City store"

    @pytest.mark.parametrize(
        ("chosen", "field"),
        [
            (Chosen(method=""), "method"),
            (Chosen(method="drop_off"), "method"),
            (Chosen(method="courier_pickup", day="2026-03-07", window="09:00–13:00", address="x"), "day"),
            (Chosen(method="courier_pickup", day="2026-03-02", window="09:00–13:00", address="x"), "day"),
            (Chosen(method="courier_pickup", day="2026-03-03", window="at night", address="x"), "window"),
            (Chosen(method="courier_pickup", day="2026-03-03", window="09:00–13:00", address=" \n "), "address"),
            (Chosen(method="courier_pickup", day="2026-03-03", window="09:00–13:00", address="x" * 501), "address"),
            (Chosen(method="in_store", store="Nowhere"), "store"),
        ],
    )
    def test_what_cannot_be_is_said_at_its_field(self, shop: Shop, chosen: Chosen, field: str) -> None:
        case_id = approved(shop, "courier_pickup", "in_store")
        with pytest.raises(BadInput) as refused:
            choose(shop, case_id, chosen)
        assert refused.value.field == field
        assert read_parcels(shop.ctx, shop.tenant_id, case_id) == []

    def test_not_before_it_is_approved_and_not_once_it_is_here(self, shop: Shop) -> None:
        case_id = shop.request()
        with pytest.raises(Conflict):
            choose(shop, case_id, Chosen(method="self_shipping"))
        shop.approve(case_id)
        shop.receive(case_id)
        with pytest.raises(Conflict):
            choose(shop, case_id, Chosen(method="self_shipping"))

    def test_not_a_parcel_that_is_under_way_or_unknown(self, shop: Shop) -> None:
        case_id = approved(shop, "drop_off", "self_shipping")
        choose(shop, case_id, Chosen(method="drop_off"))
        with pytest.raises(NotFound):
            choose(shop, case_id, Chosen(method="self_shipping"), parcel=7)
        add_tracking(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper, tracking_number="ABC12345")
        with pytest.raises(Conflict):
            choose(shop, case_id, Chosen(method="self_shipping"), parcel=1)
        assert the_parcel(shop, case_id).method == "drop_off"

    def test_goods_that_stay_have_no_way_back(self, shop: Shop) -> None:
        case_id = approved(shop, "drop_off", keeps_item=True)
        with pytest.raises(Conflict):
            choose(shop, case_id, Chosen(method="drop_off"))


class TestArranging:
    def test_a_courier_is_a_person_s_until_it_is_arranged(self, shop: Shop) -> None:
        case_id = approved(shop, "courier_pickup")
        choose(shop, case_id, PICKUP)
        case = shop.case(case_id)
        assert case.attention == "TO_ARRANGE"
        assert case.attention_detail["pickup_day"] == "2026-03-03"
        assert case.attention_detail["pickup_window"] == "09:00–13:00"
        arrange(shop, case_id, carrier="DHL", tracking_number="00340434161094042557", message="Ring twice.")
        assert shop.case(case_id).attention == ""
        assert shop.case(case_id).status == CaseStatus.APPROVED  # nobody has it yet
        (mail,) = mails(shop, "arranged")
        assert (mail.params["pickup_day"], mail.params["message"]) == ("2026-03-03", "Ring twice.")
        add_tracking(
            shop.ctx, shop.tenant_id, case_id, actor=shop.shopper, tracking_number="00340434161094042557", carrier="DHL"
        )
        assert shop.case(case_id).status == CaseStatus.IN_TRANSIT
        assert the_parcel(shop, case_id).status == "in_transit"

    def test_a_second_click_writes_no_second_mail(self, shop: Shop) -> None:
        case_id = approved(shop, "drop_off")
        choose(shop, case_id, Chosen(method="drop_off"))
        for _ in range(2):
            arrange(shop, case_id)
        assert len(mails(shop, "arranged")) == 1

    def test_it_is_the_shop_that_arranges(self, shop: Shop) -> None:
        case_id = approved(shop, "drop_off")
        choose(shop, case_id, Chosen(method="drop_off"))
        with pytest.raises(Forbidden):
            arrange(shop, case_id, actor=shop.shopper)

    def test_what_the_shopper_sends_themselves_is_not_arranged(self, shop: Shop) -> None:
        case_id = approved(shop, "self_shipping", "drop_off")
        choose(shop, case_id, Chosen(method="self_shipping"))
        with pytest.raises(Conflict):
            arrange(shop, case_id)

    def test_once_arranged_the_way_stays(self, shop: Shop) -> None:
        case_id = approved(shop, "self_shipping", "drop_off")
        choose(shop, case_id, Chosen(method="drop_off"))
        arrange(shop, case_id)
        with pytest.raises(Conflict):
            choose(shop, case_id, Chosen(method="self_shipping"))

    def test_a_number_that_no_label_shows_is_refused(self, shop: Shop) -> None:
        case_id = approved(shop, "drop_off")
        choose(shop, case_id, Chosen(method="drop_off"))
        with pytest.raises(BadInput):
            arrange(shop, case_id, tracking_number="!")
        assert shop.case(case_id).attention == "TO_ARRANGE"


class TestWhereItGoes:
    def test_to_the_place_of_the_country(self, shop: Shop) -> None:
        case_id = approved(shop)
        assert shop.case(case_id).return_address == "Demo Harbour\n1 Quay\n20457 Hamburg\nDE"

    def test_back_to_the_warehouse_that_sent_it(self, shop: Shop, saleor: FakeSaleor) -> None:
        warehouse = saleor.orders["order-1"].fulfillments[0].warehouse_id
        assert warehouse
        east = Place(name="East", address=Address(street_1="9 East"), warehouses=(warehouse,))
        configure(shop, places=[HARBOUR.dump(), east.dump()])
        case_id = shop.request()
        shop.approve(case_id)
        assert shop.case(case_id).return_address == "9 East"

    def test_to_the_place_that_the_policy_names(self, shop: Shop) -> None:
        case_id = approved(shop, address_key="CITY STORE")
        assert shop.case(case_id).return_address == "Demo\n2 High St\nBonn"

    def test_an_address_that_the_policy_writes_out_comes_first(self, shop: Shop) -> None:
        case_id = approved(shop, return_address="Repair shop\n5 Mill", address_key="City store")
        assert shop.case(case_id).return_address == "Repair shop\n5 Mill"

    def test_to_the_shop_s_own_address_where_no_place_is_for_it(self, shop: Shop, saleor: FakeSaleor) -> None:
        saleor.orders["order-1"] = make_order(shipping_address=Address(country="US"))
        assert shop.case(approved(shop, address_key="Gone")).return_address.startswith("Returns dept.")

    def test_staff_may_name_another(self, shop: Shop) -> None:
        configure(shop, places=[HARBOUR.dump(), STORE.dump()])
        case_id = shop.request()
        with pytest.raises(BadInput):
            approve_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, place="Atlantis")
        approve_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, place="City store")
        assert shop.case(case_id).return_address == "Demo\n2 High St\nBonn"


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        (Chosen(method="drop_off"), "chose drop-off at a parcel shop for parcel 1. Arrange it"),
        (PICKUP, "for parcel 1 (2026-03-03 09:00–13:00). Arrange it"),
    ],
)
def test_what_waits_to_be_arranged_is_told_in_the_dashboard_and_stops_no_job(
    shop: Shop, saleor: FakeSaleor, chosen: Chosen, said: str
) -> None:
    case_id = approved(shop, "courier_pickup", "drop_off")
    choose(shop, case_id, chosen)
    advance_order(shop.ctx, shop.tenant_id, "order-1", holder="test")
    assert said in saleor.problems["R-2026-000001"]
