"""Places, prices and ways back in the Dashboard: the settings, and the buttons of a case."""

from __future__ import annotations

import pytest
from flask import Flask

from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.parcels import Parcel
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.carrier_accounts import read_account
from saleor_returns_app.services.carrier_ports import TrackingEvent, TrackingStatus
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.logistics import read_parcels
from saleor_returns_app.services.return_methods import Chosen
from tests.fakes import FakeSaleor, make_order
from tests.fakes_carriers import FakeCarriers, webhook_of
from tests.services.journeys import Shop
from tests.services.test_return_methods import HOME, PICKUP, approved, choose

from .desk import Desk, seat, words

PAGE = "/dashboard/settings/sending-back"
PLACE = {
    "name": "Harbour",
    "address.company": "Demo Harbour",
    "address.street_1": "1 Quay",
    "address.postal_code": "20457",
    "address.city": "Hamburg",
    "address.country": "de",
    "countries": "de, at DE",
    "hours": "9–17",
}
PRICES = {
    "courier_pickup": "6,90 eur\n7.50 USD",
    "drop_off": "500 JPY",
    "windows": "9:00-13:00\n13:00 – 18:00",
    "methods": "drop_off",
}


class TestPlaces:
    def test_one_is_added_changed_and_taken_away(self, ctx: Context, desk: Desk, tenant: Tenant) -> None:
        answer = desk.post(f"{PAGE}/places", **PLACE, is_store="yes")
        assert "Place saved" in answer.headers["HX-Trigger"]
        (place,) = ctx.tenant_settings(tenant.id).places
        assert place.text == "Demo Harbour\n1 Quay\n20457 Hamburg\nDE"
        assert (place.countries, place.is_store, place.hours) == (("DE", "AT"), True, "9–17")
        form = desk.get(PAGE, place="harbour").text
        assert 'value="20457"' in form
        desk.post(f"{PAGE}/places", **{**PLACE, "name": "Docks", "instead_of": "Harbour"})
        (place,) = ctx.tenant_settings(tenant.id).places
        assert (place.name, place.is_store) == ("Docks", False)
        desk.post("/dashboard/settings", window_days="30", shipping_rule="always", return_address="Dock 7")
        assert [kept.name for kept in ctx.tenant_settings(tenant.id).places] == ["Docks"]
        for _ in range(2):
            assert desk.post(f"{PAGE}/places/delete", name="Docks").status_code == 200
        assert ctx.tenant_settings(tenant.id).places == ()

    @pytest.mark.parametrize(
        ("changed", "field"),
        [
            ({"name": " "}, "name"),
            ({"name": "x" * 101}, "name"),
            ({"address.street_1": ""}, "address.street_1"),
            ({"address.city": "x" * 101}, "address.city"),
            ({"address.country": "Germany"}, "address.country"),
            ({"countries": "DE, Austria"}, "countries"),
        ],
    )
    def test_what_is_wrong_is_said_beside_it_and_kept(
        self, ctx: Context, desk: Desk, tenant: Tenant, changed: dict[str, str], field: str
    ) -> None:
        answer = desk.post(f"{PAGE}/places", **{**PLACE, **changed})
        assert answer.status_code == 400
        assert 'class="error"' in answer.text
        assert "Demo Harbour" in answer.text
        assert field in answer.text
        assert ctx.tenant_settings(tenant.id).places == ()

    def test_a_name_stands_once(self, desk: Desk) -> None:
        desk.post(f"{PAGE}/places", **PLACE)
        assert "Another place has this name." in desk.post(f"{PAGE}/places", **{**PLACE, "name": "HARBOUR"}).text
        assert desk.post(f"{PAGE}/places", **{**PLACE, "instead_of": "Gone"}).status_code == 404
        assert desk.get(PAGE, place="Gone").status_code == 404


class TestPrices:
    def test_they_are_saved_by_currency(self, ctx: Context, desk: Desk, tenant: Tenant) -> None:
        answer = desk.post(PAGE, **PRICES)
        assert "Settings saved" in answer.headers["HX-Trigger"]
        settings = ctx.tenant_settings(tenant.id)
        assert settings.methods == ("drop_off",)
        assert settings.postage == {"courier_pickup": {"EUR": "6.90", "USD": "7.50"}, "drop_off": {"JPY": "500"}}
        assert settings.pickup_windows == ("09:00–13:00", "13:00–18:00")
        assert "6.90 EUR" in desk.get(PAGE).text

    @pytest.mark.parametrize(
        ("field", "typed"),
        [
            ("courier_pickup", "cheap"),
            ("courier_pickup", "-1 EUR"),
            ("courier_pickup", "1.005 EUR"),
            ("drop_off", "4.90"),
            ("methods", "by drone"),
            ("windows", "13:00–09:00"),
            ("windows", "25:00–26:00"),
            ("windows", "morning"),
            ("windows", "\n".join(f"{hour}:00–{hour}:30" for hour in range(8, 16))),
        ],
    )
    def test_what_is_no_price_or_time_is_said_and_kept(
        self, ctx: Context, desk: Desk, tenant: Tenant, field: str, typed: str
    ) -> None:
        answer = desk.post(PAGE, **{**PRICES, field: typed})
        assert answer.status_code == 400
        assert f'id="{field}-problem"' in answer.text
        assert typed.splitlines()[0] in answer.text or field == "methods"
        assert ctx.tenant_settings(tenant.id).postage == {}

    def test_who_may_not_manage_apps_reads_only(self, web: Flask, saleor: FakeSaleor, tenant: Tenant) -> None:
        ann = seat(web, saleor, tenant, email="ann@shop.example", permissions=frozenset({"MANAGE_ORDERS"}))
        assert "you need the permission MANAGE_APPS" in words(ann.get(PAGE).text)
        for path, typed in ((PAGE, PRICES), (f"{PAGE}/places", PLACE), (f"{PAGE}/places/delete", {"name": "x"})):
            assert ann.post(path, **typed).status_code == 403

    def test_shops_do_not_see_each_other_s(self, desk: Desk, foreign_desk: Desk) -> None:
        desk.post(f"{PAGE}/places", **PLACE)
        assert "Harbour" not in foreign_desk.get(PAGE).text


@pytest.fixture
def at_home(saleor: FakeSaleor) -> None:
    saleor.orders["order-1"] = make_order(shipping_address=HOME)


@pytest.mark.usefixtures("at_home")
class TestOnTheCase:
    def test_what_the_shopper_chose_is_arranged(self, desk: Desk, shop: Shop) -> None:
        case_id = approved(shop, "courier_pickup", "drop_off")
        choose(shop, case_id, PICKUP)
        page = words(desk.get(f"/dashboard/cases/{case_id}").text)
        assert "The shopper chose courier pick-up for parcel 1 (Tuesday, March 3, 2026, 09:00–13:00)" in page
        assert "Courier pick-up · Tuesday, March 3, 2026, 09:00–13:00" in page  # the history
        assert "postage $6.90" in page
        refused = desk.act(case_id, "arrange", parcel="1", carrier="DHL", tracking_number="!", message="Kept")
        assert refused.status_code == 400
        assert "Kept" in refused.text
        answer = desk.act(case_id, "arrange", parcel="1", carrier="DHL", tracking_number="JD014600003828392837")
        assert answer.status_code == 200
        assert parcels(shop, case_id)[0].arranged_at is not None
        assert "arranged" in words(desk.get(f"/dashboard/cases/{case_id}").text)

    def test_staff_choose_for_a_shopper_who_calls(self, desk: Desk, shop: Shop) -> None:
        case_id = approved(shop, "courier_pickup", "drop_off")
        refused = desk.act(
            case_id, "choose-method", method="courier_pickup", day="2026-03-03", window="", address="Hof 3"
        )
        assert "Choose the time of day." in refused.text
        desk.act(case_id, "choose-method", method="drop_off")
        assert parcels(shop, case_id)[0].method == "drop_off"

    def test_another_place_is_named_when_approving(self, desk: Desk, shop: Shop) -> None:
        approved(shop)
        case_id = shop.request({"line-1": 1})
        assert "City store" in desk.get(f"/dashboard/cases/{case_id}").text
        assert desk.act(case_id, "approve", place="Atlantis").status_code == 400
        desk.act(case_id, "approve", place="City store")
        with shop.ctx.db.tenant(shop.tenant_id) as session:
            assert session.get_one(Case, case_id).return_address == "Demo\n2 High St\nBonn"

    def test_there_is_nothing_to_choose_where_the_shopper_just_sends_it(self, desk: Desk, shop: Shop) -> None:
        case_id = approved(shop, "self_shipping")
        page = desk.get(f"/dashboard/cases/{case_id}").text
        assert "do-choose-method" not in page
        assert "do-arrange" not in page


def parcels(shop: Shop, case_id: str) -> list[Parcel]:
    return list(read_parcels(shop.ctx, shop.tenant_id, case_id))


class TestCarrier:
    def test_a_key_is_kept_and_not_shown_again(self, ctx: Context, desk: Desk, tenant: Tenant) -> None:
        answer = desk.post(f"{PAGE}/carrier", api_key="EZTK-very-secret")
        assert "Connected" in answer.headers["HX-Trigger"]
        page = desk.get(PAGE).text
        assert "EZTK-very-secret" not in page
        assert f"http://returns.test/api/carriers/{tenant.slug}/events" in page
        desk.post(f"{PAGE}/carrier/end")
        assert "/api/carriers/" not in desk.get(PAGE).text
        assert read_account(ctx, ctx.tenant(tenant.id)) is None

    def test_a_wrong_key_is_said_beside_it_and_not_shown(self, ctx: Context, desk: Desk) -> None:
        assert isinstance(ctx.carriers, FakeCarriers)
        ctx.carriers.refuses["check"] = "The API key is wrong."
        answer = desk.post(f"{PAGE}/carrier", api_key="EZTK-very-secret")
        assert answer.status_code == 400
        assert 'id="api_key-problem"' in answer.text
        assert "The API key is wrong." in answer.text
        assert "EZTK-very-secret" not in answer.text
        assert 'value="self_shipping" checked' in answer.text

    def test_who_may_not_manage_apps_sees_no_secret(
        self, web: Flask, saleor: FakeSaleor, tenant: Tenant, desk: Desk
    ) -> None:
        desk.post(f"{PAGE}/carrier", api_key="EZTK-1")
        ann = seat(web, saleor, tenant, email="ann@shop.example", permissions=frozenset({"MANAGE_ORDERS"}))
        assert "/api/carriers/" not in ann.get(PAGE).text
        assert ann.post(f"{PAGE}/carrier", api_key="EZTK-2").status_code == 403
        assert ann.post(f"{PAGE}/carrier/end").status_code == 403


class TestEvents:
    @pytest.fixture
    def secret(self, ctx: Context, desk: Desk, tenant: Tenant) -> str:
        desk.post(f"{PAGE}/carrier", api_key="EZTK-1")
        account = read_account(ctx, ctx.tenant(tenant.id))
        assert account is not None
        return account.webhook_secret

    @pytest.mark.usefixtures("at_home")
    def test_a_signed_one_moves_the_parcel(self, web: Flask, shop: Shop, tenant: Tenant, secret: str) -> None:
        case_id = approved(shop, "drop_off")
        choose(shop, case_id, Chosen(method="drop_off"))
        shop.work()
        address = f"/api/carriers/{tenant.slug}/events"
        body, headers = webhook_of(DELIVERED, secret=secret)
        for moved in (1, 0):
            answer = web.test_client().post(address, data=body, headers=headers)
            assert (answer.status_code, answer.json) == (200, {"moved": moved})
        assert parcels(shop, case_id)[0].status == "delivered"

    def test_one_that_is_not_signed_is_refused(self, web: Flask, tenant: Tenant, secret: str) -> None:
        client, address = web.test_client(), f"/api/carriers/{tenant.slug}/events"
        body, _ = webhook_of(DELIVERED, secret=secret)
        assert client.post(address, data=body).status_code == 403
        assert client.post(address, data=body, headers=webhook_of(DELIVERED, secret="x")[1]).status_code == 403
        assert client.post(address, data=b"x" * 1_000_001, headers={"X-Fake-Signature": secret}).status_code == 413

    def test_a_shop_without_an_account_has_no_door(self, web: Flask, tenant: Tenant) -> None:
        body, headers = webhook_of(DELIVERED, secret="")
        for slug in (tenant.slug, "nobody"):
            assert web.test_client().post(f"/api/carriers/{slug}/events", data=body, headers=headers).status_code == 404


DELIVERED = TrackingEvent(
    event_id="evt_1", tracking_number="94000001", carrier="USPS", status=TrackingStatus.DELIVERED, at=None, detail=""
)
