"""Labels and couriers that the app gets by itself, and what carriers say of the parcels."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from saleor_returns_app.domain.cases import CaseStatus
from saleor_returns_app.domain.orders import Address
from saleor_returns_app.domain.parcels import Direction
from saleor_returns_app.errors import BadInput, Conflict, Forbidden, NotFound
from saleor_returns_app.models.cases import Case, CaseEntry
from saleor_returns_app.models.effects import Effect
from saleor_returns_app.models.notifications import Notification
from saleor_returns_app.models.parcels import Parcel
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.arranging import arrange_parcel
from saleor_returns_app.services.carrier_accounts import account_of, connect_carrier, disconnect_carrier
from saleor_returns_app.services.carrier_ports import CarrierAccount, TrackingEvent, TrackingStatus
from saleor_returns_app.services.cases import cancel_case
from saleor_returns_app.services.labelling import Labelling, label_for_mail, read_label
from saleor_returns_app.services.logistics import add_tracking, lose_parcel, parcels_of
from saleor_returns_app.services.return_methods import Chosen
from saleor_returns_app.services.steps import retry_effect
from saleor_returns_app.services.tracking import take_tracking_event
from tests.conftest import add_tenant
from tests.fakes import FakeClock, FakeSaleor, make_order
from tests.fakes_carriers import FakeCarriers

from .journeys import Shop
from .test_return_methods import HARBOUR, HOME, PICKUP, approved, arrange, choose, configure, mails, the_parcel

DROP_OFF = Chosen(method="drop_off")
AT_HOME = replace(PICKUP, address="\n".join(HOME.lines))


@pytest.fixture(autouse=True)
def _home(saleor: FakeSaleor) -> None:
    saleor.orders["order-1"] = make_order(shipping_address=HOME)


@pytest.fixture
def carriers(shop: Shop) -> FakeCarriers:
    found = shop.ctx.carriers
    assert isinstance(found, FakeCarriers)
    connect_carrier(shop.ctx, shop.tenant_id, actor=shop.staff, api_key="EZTK-1")
    return found


def effects(shop: Shop) -> list[Effect]:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        return list(session.scalars(select(Effect).where(Effect.kind == "label")))


def event(number: str, status: TrackingStatus, *, said: str = "") -> TrackingEvent:
    return TrackingEvent(event_id="evt_1", tracking_number=number, carrier="USPS", status=status, at=None, detail=said)


def tell(shop: Shop, number: str, status: TrackingStatus) -> int:
    return take_tracking_event(shop.ctx, shop.tenant_id, event(number, status))


class TestBuying:
    def test_a_label_is_bought_and_told_with_the_mail(self, shop: Shop, carriers: FakeCarriers) -> None:
        case_id = approved(shop, "drop_off")
        configure(shop, parcel_grams=2500, carriers=["USPS"])
        choose(shop, case_id, DROP_OFF)
        assert shop.case(case_id).attention == ""  # nobody has to do anything
        shop.work()
        parcel = the_parcel(shop, case_id)
        assert (parcel.tracking_number, parcel.carrier, parcel.status) == ("94000001", "USPS", "announced")
        assert parcel.arranged_at is not None
        (sent,) = carriers.shipments.values()
        assert (sent.sender, sent.recipient, sent.weight_grams) == (HOME, HARBOUR.address, 2500)
        assert sent.reference == f"{shop.case(case_id).number}/1"
        (mail,) = mails(shop, "arranged")
        (attached,) = label_for_mail(shop.ctx, mail)
        assert (attached.name, attached.content) == ("R-2026-000001-1-label.pdf", b"%PDF-1.4 label")
        assert read_label(shop.ctx, shop.tenant_id, case_id, 1).tracking_number == "94000001"

    def test_a_courier_is_booked_for_the_time_of_the_shop(self, shop: Shop, carriers: FakeCarriers) -> None:
        case_id = approved(shop, "courier_pickup")
        configure(shop, time_zone="Europe/Berlin")
        choose(shop, case_id, AT_HOME)
        shop.work()
        (window,) = carriers.windows.values()
        assert (window.opens, window.closes) == (
            datetime(2026, 3, 3, 8, tzinfo=UTC),
            datetime(2026, 3, 3, 12, tzinfo=UTC),
        )
        assert effects(shop)[0].result["pickup"] == "WTC1"
        assert the_parcel(shop, case_id).arranged_at is not None

    @pytest.mark.parametrize("call", ["create_shipment", "buy_label", "book_pickup"])
    @pytest.mark.parametrize("trouble", ["lost_answer", "unreachable"])
    def test_nothing_is_bought_twice_when_an_answer_is_lost(
        self, shop: Shop, carriers: FakeCarriers, clock: FakeClock, call: str, trouble: str
    ) -> None:
        case_id = approved(shop, "courier_pickup")
        choose(shop, case_id, AT_HOME)
        getattr(carriers, trouble).add(call)
        shop.work()
        assert the_parcel(shop, case_id).arranged_at is None
        clock.forward(hours=1)
        shop.work(looks=2)
        assert the_parcel(shop, case_id).arranged_at is not None
        assert (len(carriers.labels), len(carriers.pickups)) == (1, 1)
        assert len(mails(shop, "arranged")) == 1

    def test_what_the_carrier_refuses_is_a_person_s(self, shop: Shop, carriers: FakeCarriers) -> None:
        case_id = approved(shop, "drop_off")
        carriers.refuses["buy_label"] = "No postage left."
        choose(shop, case_id, DROP_OFF)
        shop.work()
        case = shop.case(case_id)
        assert case.attention == "LABEL_NOT_BOUGHT"
        assert "No postage left." in case.attention_detail["message"]
        del carriers.refuses["buy_label"]
        retry_effect(shop.ctx, shop.tenant_id, effects(shop)[0].id, actor=shop.staff)
        shop.work()
        assert shop.case(case_id).attention == ""
        assert len(carriers.labels) == 1

    def test_a_person_arranges_what_the_app_could_not(self, shop: Shop, carriers: FakeCarriers) -> None:
        case_id = approved(shop, "drop_off")
        carriers.refuses["create_shipment"] = "Nobody takes it."
        choose(shop, case_id, DROP_OFF)
        with pytest.raises(Conflict):  # the app is at it
            arrange_parcel(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, parcel=1)
        shop.work()
        arrange_parcel(
            shop.ctx, shop.tenant_id, case_id, actor=shop.staff, parcel=1, carrier="Other", tracking_number="ABC12345"
        )
        assert shop.case(case_id).attention == ""
        assert [effect.state for effect in effects(shop)] == ["done"]
        assert the_parcel(shop, case_id).tracking_number == "ABC12345"
        with pytest.raises(NotFound):
            read_label(shop.ctx, shop.tenant_id, case_id, 1)

    def test_a_word_to_the_shopper_keeps_the_label(self, shop: Shop, carriers: FakeCarriers) -> None:
        case_id = approved(shop, "drop_off")
        choose(shop, case_id, DROP_OFF)
        shop.work()
        arrange(shop, case_id, message="The parcel shop on Elm Street closes early.")
        assert (the_parcel(shop, case_id).tracking_number, the_parcel(shop, case_id).carrier) == ("94000001", "USPS")
        assert read_label(shop.ctx, shop.tenant_id, case_id, 1).tracking_number == "94000001"
        arrange(shop, case_id, tracking_number="9400 0001")  # typed from the label
        assert read_label(shop.ctx, shop.tenant_id, case_id, 1).tracking_number == "94000001"

    def test_where_only_the_courier_is_refused_the_label_is_used(self, shop: Shop, carriers: FakeCarriers) -> None:
        case_id = approved(shop, "courier_pickup")
        carriers.refuses["book_pickup"] = "Nobody comes there."
        choose(shop, case_id, AT_HOME)
        shop.work()
        message = shop.case(case_id).attention_detail["message"]
        assert "94000001 is bought" in message
        assert "Nobody comes there." in message
        arrange(shop, case_id, message="A courier comes on Tuesday.")
        assert the_parcel(shop, case_id).tracking_number == "94000001"
        assert read_label(shop.ctx, shop.tenant_id, case_id, 1).tracking_number == "94000001"

    def test_the_same_way_may_be_said_twice(self, shop: Shop, carriers: FakeCarriers) -> None:
        case_id = approved(shop, "drop_off")
        assert [choose(shop, case_id, DROP_OFF) for _ in range(2)] == [1, 1]
        shop.work()
        assert choose(shop, case_id, DROP_OFF, parcel=1) == 1
        assert len(carriers.labels) == 1

    def test_nothing_is_arranged_for_a_return_that_ended(self, shop: Shop) -> None:
        case_id = approved(shop, "drop_off")
        choose(shop, case_id, DROP_OFF)
        cancel_case(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper)
        with pytest.raises(Conflict):
            arrange(shop, case_id)
        assert mails(shop, "arranged") == []

    def test_a_way_that_is_being_arranged_stays(self, shop: Shop, carriers: FakeCarriers) -> None:
        case_id = approved(shop, "drop_off", "self_shipping")
        choose(shop, case_id, DROP_OFF)
        with pytest.raises(Conflict):
            choose(shop, case_id, Chosen(method="self_shipping"))

    def test_a_courier_to_another_address_is_a_person_s(self, shop: Shop, carriers: FakeCarriers) -> None:
        case_id = approved(shop, "courier_pickup")
        choose(shop, case_id, PICKUP)
        shop.work()
        assert carriers.shipments == {}
        assert shop.case(case_id).attention == "TO_ARRANGE"

    def test_without_a_place_of_the_shop_nothing_is_bought(
        self, shop: Shop, carriers: FakeCarriers, saleor: FakeSaleor
    ) -> None:
        saleor.orders["order-1"] = make_order(shipping_address=Address(street_1="1 Elm", country="US"))
        case_id = approved(shop, "drop_off")
        choose(shop, case_id, DROP_OFF)
        shop.work()
        assert carriers.shipments == {}
        assert shop.case(case_id).attention == "TO_ARRANGE"

    def test_an_account_that_was_taken_away_leaves_it_to_a_person(self, shop: Shop, carriers: FakeCarriers) -> None:
        case_id = approved(shop, "drop_off")
        choose(shop, case_id, DROP_OFF)
        disconnect_carrier(shop.ctx, shop.tenant_id, actor=shop.staff)
        shop.work()
        assert carriers.labels == {}
        assert shop.case(case_id).attention == "LABEL_NOT_BOUGHT"


class TestGivingBack:
    def test_a_label_that_nobody_used_is_given_back_when_the_return_ends(
        self, shop: Shop, carriers: FakeCarriers
    ) -> None:
        case_id = approved(shop, "drop_off")
        choose(shop, case_id, DROP_OFF)
        shop.work()
        cancel_case(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper)
        carriers.unreachable.add("void_label")
        shop.work(looks=6)
        assert carriers.voided == {"shp_1"}
        assert the_parcel(shop, case_id).shipment_id == ""
        assert shop.case(case_id).attention == ""

    def test_a_carrier_that_gives_nothing_back_ends_it(self, shop: Shop, carriers: FakeCarriers) -> None:
        case_id = approved(shop, "drop_off")
        choose(shop, case_id, DROP_OFF)
        shop.work()
        carriers.refuses["void_label"] = "Too late."
        cancel_case(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper)
        shop.work()
        assert shop.case(case_id).attention == ""
        assert carriers.calls["void_label"] == 1

    def test_with_another_number_it_is_given_back(self, shop: Shop, carriers: FakeCarriers) -> None:
        case_id = approved(shop, "drop_off")
        choose(shop, case_id, DROP_OFF)
        shop.work()
        arrange(shop, case_id, carrier="Other", tracking_number="ABC12345")
        with pytest.raises(NotFound):
            read_label(shop.ctx, shop.tenant_id, case_id, 1)
        shop.work()
        assert carriers.voided == {"shp_1"}
        assert the_parcel(shop, case_id).tracking_number == "ABC12345"

    @pytest.mark.parametrize("number", ["ABC12345", ""])
    def test_without_its_courier_it_is_given_back_as_well(
        self, shop: Shop, carriers: FakeCarriers, number: str
    ) -> None:
        case_id = approved(shop, "courier_pickup")
        carriers.refuses["book_pickup"] = "Nobody comes there."
        choose(shop, case_id, AT_HOME)
        shop.work()
        if number:
            arrange(shop, case_id, carrier="Other", tracking_number=number)
        else:
            cancel_case(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper)
        shop.work()
        assert carriers.voided == {"shp_1"}
        assert shop.case(case_id).attention == ""

    def test_it_is_given_back_where_the_return_ends_while_it_is_told(
        self, shop: Shop, carriers: FakeCarriers, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        case_id = approved(shop, "drop_off")
        choose(shop, case_id, DROP_OFF)

        def ends(*_: object) -> None:
            cancel_case(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper)

        monkeypatch.setattr(Labelling, "tidy", ends)
        shop.work(looks=2)
        assert carriers.voided == {"shp_1"}
        assert mails(shop, "arranged") == []

    def test_a_number_of_the_shopper_s_own_does_not_take_the_place_of_the_label_s(
        self, shop: Shop, carriers: FakeCarriers
    ) -> None:
        case_id = approved(shop, "drop_off")
        choose(shop, case_id, DROP_OFF)
        shop.work()
        add_tracking(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper, tracking_number="ABC12345")
        with shop.ctx.db.tenant(shop.tenant_id) as session:
            parcels = [(row.tracking_number, row.status) for row in parcels_of(session, case_id)]
        assert parcels == [("94000001", "announced"), ("ABC12345", "in_transit")]
        assert tell(shop, "94000001", TrackingStatus.IN_TRANSIT) == 1

    def test_one_that_is_under_way_stays_paid_for(self, shop: Shop, carriers: FakeCarriers) -> None:
        case_id = approved(shop, "drop_off")
        choose(shop, case_id, DROP_OFF)
        shop.work()
        tell(shop, "94000001", TrackingStatus.IN_TRANSIT)
        cancel_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, reason="Lost.")
        shop.work()
        assert carriers.voided == set()

    @pytest.mark.parametrize("call", ["create_shipment", "buy_label"])
    def test_nothing_is_bought_for_a_return_that_ended(
        self, shop: Shop, carriers: FakeCarriers, clock: FakeClock, call: str
    ) -> None:
        case_id = approved(shop, "drop_off")
        choose(shop, case_id, DROP_OFF)
        carriers.lost_answer.add(call)
        shop.work()
        cancel_case(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper)
        clock.forward(hours=1)
        shop.work(looks=2)
        assert [effect.state for effect in effects(shop)] == ["done"]
        assert carriers.voided == set(carriers.labels)
        assert mails(shop, "arranged") == []


class TestAccounts:
    def test_the_key_is_encrypted_and_the_secret_stays(self, shop: Shop, carriers: FakeCarriers) -> None:
        before = account(shop)
        assert before is not None
        assert before.api_key == "EZTK-1"
        connect_carrier(shop.ctx, shop.tenant_id, actor=shop.staff, api_key=" EZTK-2 ")
        after = account(shop)
        assert after == CarrierAccount(api_key="EZTK-2", webhook_secret=before.webhook_secret)
        with shop.ctx.db.everyone() as session:
            assert session.get_one(Tenant, shop.tenant_id).carrier_secret.startswith("secret:")
        assert carriers.calls["check"] == 2

    def test_one_that_cannot_be_read_any_more_counts_as_none(self, shop: Shop, carriers: FakeCarriers) -> None:
        case_id = approved(shop, "drop_off")
        with shop.ctx.db.everyone() as session:
            session.get_one(Tenant, shop.tenant_id).carrier_secret = "of another key"
        assert account(shop) is None
        choose(shop, case_id, DROP_OFF)
        assert shop.case(case_id).attention == "TO_ARRANGE"
        assert carriers.shipments == {}

    @pytest.mark.parametrize("key", ["", "a b", "x" * 201, "schlüssel"])
    def test_what_is_no_key_is_refused(self, shop: Shop, key: str) -> None:
        with pytest.raises(BadInput):
            connect_carrier(shop.ctx, shop.tenant_id, actor=shop.staff, api_key=key)
        assert account(shop) is None

    def test_a_key_that_the_carrier_does_not_know_is_refused(self, shop: Shop, carriers: FakeCarriers) -> None:
        carriers.refuses["check"] = "The API key is wrong."
        with pytest.raises(BadInput, match="The API key is wrong"):
            connect_carrier(shop.ctx, shop.tenant_id, actor=shop.staff, api_key="EZTK-3")
        found = account(shop)
        assert found is not None
        assert found.api_key == "EZTK-1"

    def test_only_who_may_configure(self, shop: Shop) -> None:
        agent = replace(shop.staff, permissions=frozenset({"MANAGE_ORDERS"}))
        with pytest.raises(Forbidden):
            connect_carrier(shop.ctx, shop.tenant_id, actor=agent, api_key="EZTK-1")
        with pytest.raises(Forbidden):
            disconnect_carrier(shop.ctx, shop.tenant_id, actor=agent)


class TestTracking:
    def test_the_carrier_s_words_move_parcel_and_case_once(self, shop: Shop, carriers: FakeCarriers) -> None:
        case_id = approved(shop, "drop_off")
        choose(shop, case_id, DROP_OFF)
        shop.work()
        assert tell(shop, "94000001", TrackingStatus.ANNOUNCED) == 0
        assert shop.case(case_id).status == CaseStatus.APPROVED
        assert [tell(shop, "9400 0001", TrackingStatus.IN_TRANSIT) for _ in range(2)] == [1, 0]
        assert shop.case(case_id).status == CaseStatus.IN_TRANSIT
        assert tell(shop, "94000001", TrackingStatus.DELIVERED) == 1
        assert tell(shop, "94000001", TrackingStatus.IN_TRANSIT) == 0  # it came late
        assert the_parcel(shop, case_id).status == "delivered"
        assert [name for name in events(shop, case_id) if name in ("ship", "parcel_delivered")] == [
            "ship",
            "parcel_delivered",
        ]
        shop.receive(case_id)
        assert shop.case(case_id).status == CaseStatus.INSPECTED

    def test_one_that_nobody_scanned_on_its_way_is_delivered(self, shop: Shop, carriers: FakeCarriers) -> None:
        case_id = approved(shop, "drop_off")
        choose(shop, case_id, DROP_OFF)
        shop.work()
        assert tell(shop, "94000001", TrackingStatus.DELIVERED) == 1
        assert shop.case(case_id).status == CaseStatus.IN_TRANSIT

    @pytest.mark.parametrize("status", [TrackingStatus.LOST, TrackingStatus.RETURNED])
    def test_a_lost_parcel_goes_to_a_person_until_it_turns_up(
        self, shop: Shop, carriers: FakeCarriers, status: TrackingStatus
    ) -> None:
        case_id = approved(shop, "drop_off")
        choose(shop, case_id, DROP_OFF)
        shop.work()
        assert tell(shop, "94000001", status) == 0  # it was never sent
        tell(shop, "94000001", TrackingStatus.IN_TRANSIT)
        tell(shop, "94000001", status)
        assert shop.case(case_id).attention == "PARCEL_LOST"
        tell(shop, "94000001", TrackingStatus.DELIVERED)
        assert shop.case(case_id).attention == ""

    def test_what_staff_called_lost_stays_so_until_it_is_delivered(self, shop: Shop, carriers: FakeCarriers) -> None:
        case_id = approved(shop, "drop_off")
        choose(shop, case_id, DROP_OFF)
        shop.work()
        tell(shop, "94000001", TrackingStatus.IN_TRANSIT)
        lose_parcel(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, parcel=1)
        assert tell(shop, "94000001", TrackingStatus.IN_TRANSIT) == 0

    def test_numbers_of_other_shops_and_of_nobody_move_nothing(self, shop: Shop, carriers: FakeCarriers) -> None:
        case_id = approved(shop, "drop_off")
        choose(shop, case_id, DROP_OFF)
        shop.work()
        other = add_tenant(shop.ctx.db, "other")
        assert take_tracking_event(shop.ctx, other.id, event("94000001", TrackingStatus.DELIVERED)) == 0
        assert tell(shop, "", TrackingStatus.DELIVERED) == 0
        assert tell(shop, "ZZZ", TrackingStatus.DELIVERED) == 0
        assert the_parcel(shop, case_id).status == "announced"

    def test_goods_on_their_way_to_the_shopper_arrive(self, shop: Shop) -> None:
        case_id = approved(shop)
        with shop.ctx.db.tenant(shop.tenant_id) as session:
            session.add(
                Parcel(
                    case_id=case_id,
                    number=1,
                    direction=Direction.OUT,
                    status="in_transit",
                    tracking_number="OUT-1",
                    tracking_key="OUT1",
                    created_at=shop.ctx.now(),
                )
            )
        assert tell(shop, "OUT-1", TrackingStatus.DELIVERED) == 1
        assert events(shop, case_id)[-1] == "parcel_delivered_out"
        assert shop.case(case_id).status == CaseStatus.APPROVED


def events(shop: Shop, case_id: str) -> list[str]:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        mine = select(CaseEntry.event).where(CaseEntry.case_id == case_id).order_by(CaseEntry.id)
        return list(session.scalars(mine))


def account(shop: Shop) -> CarrierAccount | None:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        return account_of(shop.ctx, session, shop.tenant_id)


def test_mails_of_other_kinds_carry_no_label(shop: Shop) -> None:
    approved(shop)
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        row = session.scalars(select(Notification).where(Notification.kind == "approved")).one()
        assert session.get(Case, row.case_id) is not None
    assert label_for_mail(shop.ctx, row) == ()
