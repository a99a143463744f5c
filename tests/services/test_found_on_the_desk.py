"""Ways past what was agreed, decided or allowed that once worked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import pytest
from sqlalchemy import select

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.offers import OfferKind, Proposal
from saleor_returns_app.domain.policy import actions
from saleor_returns_app.errors import Conflict, Forbidden
from saleor_returns_app.models.evidence import Evidence
from saleor_returns_app.models.messages import Message
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services import canned_replies, cases, messages, offers
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.deadlines import act_on_due
from saleor_returns_app.services.evidence import (
    Upload,
    add_evidence,
    attach_to_case,
    attach_to_message,
    holder_of,
    read_for,
)
from saleor_returns_app.services.evidence_requests import ask_for_evidence, provide_evidence
from saleor_returns_app.services.inbound_mail import Outcome, receive_mail, reply_address
from saleor_returns_app.services.linking import merge_case
from saleor_returns_app.services.tenant_settings import change_settings
from tests.fakes import FakeClock, FakeSaleor, make_line, make_order, usd

from .journeys import Shop
from .test_deciding import amount, publish
from .test_inbound_mail import written


@pytest.fixture
def mailing(shop: Shop) -> Shop:
    settings = shop.ctx.settings.model_copy(update={"mail_inbound": "reply@in.returns.test"})
    shop.ctx = replace(shop.ctx, settings=settings)
    return shop


def bodies(shop: Shop, case_id: str) -> list[str]:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        return [row.body for row in messages.read_messages(session, case_id, shop.staff)]


def merge(shop: Shop, gone: str, into: str) -> None:
    merge_case(shop.ctx, shop.tenant_id, gone, actor=shop.staff, number=shop.case(into).number)


def test_a_mail_that_is_delivered_again_after_its_case_gave_way_is_still_one_message(mailing: Shop) -> None:
    gone, into = mailing.request({"line-1": 1}), mailing.request({"line-1": 1})
    raw = written(reply_address(mailing.ctx, gone)).as_bytes()
    assert receive_mail(mailing.ctx, raw) is Outcome.ADDED
    merge(mailing, gone, into)
    assert receive_mail(mailing.ctx, raw) is Outcome.REPEATED
    assert bodies(mailing, into) == ["Thank you!"]


def test_photos_of_an_item_that_the_case_that_goes_on_does_not_have_are_of_the_whole_of_it(
    shop: Shop, saleor: FakeSaleor
) -> None:
    saleor.orders["order-1"] = make_order(lines=(make_line(), make_line("line-2")))
    gone, into = shop.request({"line-2": 1}), shop.request({"line-1": 1})
    holder = holder_of("test", "rita")
    upload = Upload(source=BytesIO(b"photo of a mug"), name="mug.png")
    add_evidence(shop.ctx, shop.tenant_id, upload=upload, holder=holder, actor=shop.shopper, order_line_id="line-2")
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        attach_to_case(session, holder, gone)
    merge(shop, gone, into)
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        (file,) = session.scalars(select(Evidence)).all()
    assert (file.case_id, file.order_line_id) == (into, "")  # the gallery shows files by the items of its case


@pytest.mark.parametrize("role", ["warehouse", "approver"])
def test_only_who_decides_marks_what_was_agreed_as_done(shop: Shop, staff: Actor, role: str) -> None:
    case_id = shop.request()
    proposal = Proposal(kind=OfferKind.STORE_CREDIT, amount=usd("12.00"), keeps_item=True)
    offer_id = offers.make_offer(shop.ctx, shop.tenant_id, case_id, actor=staff, proposal=proposal)
    offers.accept_offer(shop.ctx, shop.tenant_id, offer_id, actor=shop.shopper)
    other = replace(staff, roles=frozenset({role}))
    with pytest.raises(Forbidden, match="role agent"):
        cases.fulfil_case(shop.ctx, shop.tenant_id, case_id, actor=other, proof="GIFT-1")
    assert shop.case(case_id).status == "approved"


def _save(shop: Shop, actor: Actor, reply_id: str) -> None:
    canned_replies.save_reply(
        shop.ctx,
        shop.tenant_id,
        actor=actor,
        name="Mine",
        language="en",
        body="Hello",
        languages=("en",),
        reply_id=reply_id,
    )


@pytest.mark.parametrize(
    "change",
    [
        _save,
        lambda shop, actor, reply_id: canned_replies.delete_reply(shop.ctx, shop.tenant_id, reply_id, actor=actor),
        lambda shop, actor, _: canned_replies.add_starters(shop.ctx, shop.tenant_id, actor=actor),
    ],
)
def test_replies_of_the_shop_are_changed_by_its_admins_once_it_uses_roles(
    shop: Shop, staff: Actor, change: Callable[[Shop, Actor, str], object]
) -> None:
    reply_id = canned_replies.save_reply(
        shop.ctx, shop.tenant_id, actor=staff, name="Ours", language="en", body="Good day", languages=("en",)
    )
    with pytest.raises(Forbidden, match="role admin"):
        change(shop, replace(staff, roles=frozenset({"agent"})), reply_id)
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        assert [row.name for row in canned_replies.list_replies(session)] == ["Ours"]


def test_an_offer_whose_time_is_over_cannot_be_countered(shop: Shop, clock: FakeClock) -> None:
    case_id = shop.request()
    proposal = Proposal(kind=OfferKind.COMPENSATION, amount=usd("5.00"))
    offer_id = offers.make_offer(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, proposal=proposal)
    clock.forward(days=4)  # and no job has looked yet
    with pytest.raises(Conflict, match="time for this offer is over"):
        offers.counter_offer(shop.ctx, shop.tenant_id, offer_id, actor=shop.shopper, proposal=proposal)


def test_a_reply_that_is_sent_twice_leaves_no_photo_for_the_next_one(shop: Shop) -> None:
    case_id = shop.request()
    holder = holder_of("test", "rita", case_id)

    def send(body: str, ticket: str, photo: bytes | None) -> str:
        if photo is not None:
            upload = Upload(source=BytesIO(photo), name="mug.png")
            add_evidence(shop.ctx, shop.tenant_id, upload=upload, holder=holder, actor=shop.shopper, case_id=case_id)
        return messages.send_message(
            shop.ctx,
            shop.tenant_id,
            case_id,
            actor=shop.shopper,
            body=body,
            through="portal",
            source_id=ticket,
            attach=lambda session, case, message: attach_to_message(shop.ctx, session, holder, case.id, message.id),
        )

    first = [send("Look at this", "one", b"photo of a mug") for _ in range(2)]
    second = send("Thank you", "two", None)
    assert first[0] == first[1] != second
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        shown = session.scalars(select(Evidence.message_id).where(Evidence.state == "ready")).all()
    assert shown == [first[0]]


def test_strangers_do_not_flood_a_case_by_mail(mailing: Shop) -> None:
    case_id = mailing.request()
    address = reply_address(mailing.ctx, case_id)
    for number in range(messages.MOST_AN_HOUR + 1):
        raw = written(address, From="eve@example.com", **{"Message-ID": f"<{number}@mail>"}).as_bytes()
        outcome = receive_mail(mailing.ctx, raw)
    assert outcome is Outcome.REFUSED
    with mailing.ctx.db.tenant(mailing.tenant_id) as session:
        assert len(session.scalars(select(Message.id)).all()) == messages.MOST_AN_HOUR


@pytest.mark.parametrize("day", ["9999-12-31T23:30:00+00:00", "9999-12-20", "0001-01-01T00:30:00+00:00"])
@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York"])
def test_a_delivery_at_the_end_of_time_is_not_known(shop: Shop, saleor: FakeSaleor, day: str, zone: str) -> None:
    with shop.ctx.db.everyone() as session:
        stored = session.get_one(Tenant, shop.tenant_id)
        stored.settings = {**stored.settings, "time_zone": zone}
    sent = saleor.orders["order-1"].fulfillments
    told = tuple(replace(parcel, metadata={"delivered_at": day}) for parcel in sent)
    saleor.change("order-1", fulfillments=told)
    assert sent
    assert shop.case(shop.request()).status == "requested"


def test_items_that_are_kept_get_no_address_when_the_settings_are_saved(shop: Shop, staff: Actor) -> None:
    case_id = shop.request()
    proposal = Proposal(kind=OfferKind.COMPENSATION, amount=usd("5.00"))
    offer_id = offers.make_offer(shop.ctx, shop.tenant_id, case_id, actor=staff, proposal=proposal)
    offers.accept_offer(shop.ctx, shop.tenant_id, offer_id, actor=shop.shopper)
    change_settings(
        shop.ctx,
        shop.tenant_id,
        actor=staff,
        return_address="Warehouse 7\nBerlin",
        window_days="30",
        shipping_rule="never",
        brand_color="",
        contact_email="",
    )
    assert shop.case(case_id).return_address == ""


def test_what_was_drawn_for_a_person_is_not_approved_for_want_of_one(
    shop: Shop, staff: Actor, clock: FakeClock
) -> None:
    publish(shop, staff, actions.AutoApprove(up_to=amount("1000.00")))
    with shop.ctx.db.everyone() as session:
        stored = session.get_one(Tenant, shop.tenant_id)
        stored.settings = {**stored.settings, "spot_check_percent": 100}
    case_id = shop.request()
    clock.forward(days=3)
    act_on_due(shop.ctx)
    case = shop.case(case_id)
    assert (case.spot_check, case.status, case.decided_by) == (True, "requested", "")


def test_photos_that_are_given_twice_are_given_once(shop: Shop) -> None:
    case_id = shop.request()
    ask_for_evidence(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, message="Show the scratch.")
    holder = holder_of("test", "rita", case_id)
    for _ in range(2):
        upload = Upload(source=BytesIO(b"photo of a mug"), name="mug.png")
        add_evidence(shop.ctx, shop.tenant_id, upload=upload, holder=holder, actor=shop.shopper, case_id=case_id)
        provide_evidence(shop.ctx, shop.tenant_id, case_id, holder=holder, actor=shop.shopper)
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        assert len(read_for(session, actor=shop.shopper, case_ids=[case_id])) == 1


def test_a_shopper_of_a_very_long_name_can_return(
    shop_of: Callable[[Context], Shop], any_ctx: Context, saleor: FakeSaleor
) -> None:
    saleor.change("order-1", customer_name=f"{'Anna ' * 51}{'Maria ' * 42}")  # Saleor keeps 256 of each name
    shop = shop_of(any_ctx)
    assert shop.case(shop.request()).customer_name.startswith("Anna Anna")
