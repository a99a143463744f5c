"""Photos and videos: held, attached, asked for, seen by whom they concern, and deleted without a trace."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from sqlalchemy import select

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import Channel, Reason
from saleor_returns_app.domain.evidence import LIMITS, EvidenceKind
from saleor_returns_app.errors import AppError, BadInput, Conflict, Forbidden, MoveRefused, NotFound, StorageUnavailable
from saleor_returns_app.models.cases import CaseEntry
from saleor_returns_app.models.evidence import Evidence
from saleor_returns_app.models.notifications import Notification
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services import evidence, evidence_retention, tenants
from saleor_returns_app.services.cases import cancel_case
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.evidence_requests import ask_for_evidence, provide_evidence
from saleor_returns_app.services.judging import LineRequest
from saleor_returns_app.services.opening import open_case
from tests.conftest import add_tenant
from tests.fakes import FakeClock, MemoryStorage

from .journeys import Shop

HOLDER = evidence.holder_of("portal", "visit-1")


@pytest.fixture
def storage(ctx: Context) -> MemoryStorage:
    assert isinstance(ctx.storage, MemoryStorage)
    return ctx.storage


def add(shop: Shop, data: bytes = b"photo 1", *, holder: str = HOLDER, **more: object) -> Evidence:
    upload = evidence.Upload(source=io.BytesIO(data), name=str(more.pop("name", "IMG_1.jpg")))
    values = {"actor": shop.shopper, **more}
    return evidence.add_evidence(shop.ctx, shop.tenant_id, upload=upload, holder=holder, **values)  # type: ignore[arg-type]


def rows(shop: Shop) -> list[Evidence]:
    with shop.ctx.db.everyone() as session:
        return list(session.scalars(select(Evidence).order_by(Evidence.id)))


def seen_by(shop: Shop, actor: Actor, case_id: str) -> list[str]:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        return [row.name for row in evidence.read_for(session, actor=actor, case_ids=[case_id])]


def entries(shop: Shop, case_id: str) -> list[CaseEntry]:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        return list(session.scalars(select(CaseEntry).where(CaseEntry.case_id == case_id).order_by(CaseEntry.id)))


class TestAdding:
    def test_a_photo_and_its_small_picture_are_kept_under_keys_of_the_shop(
        self, shop: Shop, storage: MemoryStorage
    ) -> None:
        row = add(shop, name="C:\\holiday\\..\u202egpj.exe")
        assert {key.partition("/")[0] for key in storage.files} == {shop.tenant_id}
        assert storage.files[row.storage_key][0] == b"photo 1"
        assert storage.files[row.thumbnail_key][0] == b"small photo 1"
        assert row.name == "..gpj.exe", "the name hides nothing; it is never used as a path"
        assert row.name not in row.storage_key

    def test_the_same_file_twice_is_kept_once(self, shop: Shop, storage: MemoryStorage) -> None:
        first, again = add(shop), add(shop)
        assert first.id == again.id
        assert len(storage.files) == 2
        assert add(shop, order_line_id="line-1").id != first.id, "for another item it is another"

    def test_no_more_than_the_limit_is_taken(self, shop: Shop, storage: MemoryStorage) -> None:
        for number in range(LIMITS.count):
            add(shop, b"photo %d" % number)
        with pytest.raises(Conflict) as raised:
            add(shop, b"photo of too many")
        assert raised.value.code == "TOO_MANY_FILES"
        assert len(storage.files) == 2 * LIMITS.count

    def test_the_limit_is_the_case_s_not_the_holder_s(self, shop: Shop) -> None:
        case_id = shop.request()
        for number in range(LIMITS.count):
            add(shop, b"photo %d" % number, case_id=case_id)
        provide_evidence(shop.ctx, shop.tenant_id, case_id, holder=HOLDER, actor=shop.shopper)
        with pytest.raises(Conflict):
            add(shop, b"photo of too many", case_id=case_id, holder="another session")

    def test_a_file_that_is_refused_leaves_nothing(self, shop: Shop, storage: MemoryStorage) -> None:
        with pytest.raises(BadInput):
            add(shop, b"<svg/>")
        assert not storage.files
        assert not rows(shop)

    def test_storage_that_does_not_answer_leaves_no_row(self, shop: Shop, storage: MemoryStorage) -> None:
        storage.trouble = StorageUnavailable()
        with pytest.raises(StorageUnavailable):
            add(shop)
        assert not rows(shop)

    def test_staff_of_another_channel_cannot_add_to_a_case(self, shop: Shop) -> None:
        case_id = shop.request()
        with pytest.raises(NotFound):
            add(shop, case_id=case_id, actor=replace(shop.staff, channels=frozenset({"channel-jpy"})))
        with pytest.raises(Forbidden):
            add(shop, case_id=case_id, actor=replace(shop.staff, permissions=frozenset()))


class TestAttaching:
    def test_what_was_added_before_becomes_the_case_s(self, shop: Shop) -> None:
        add(shop, order_line_id="line-1")
        add(shop, b"video", order_line_id="an item that was not chosen in the end")
        case_id = open_case(
            shop.ctx,
            shop.tenant_id,
            saleor_order_id="order-1",
            lines=[LineRequest(order_line_id="line-1", quantity=1, reason=Reason.DAMAGED)],
            actor=shop.shopper,
            through=Channel.PORTAL,
            language="en",
            holder=HOLDER,
        )
        assert [(row.case_id, row.order_line_id, row.holder) for row in rows(shop)] == [
            (case_id, "line-1", ""),
            (case_id, "", ""),
        ]
        with shop.ctx.db.tenant(shop.tenant_id) as session:
            assert evidence.count_ready(session, case_id=case_id) == {EvidenceKind.PHOTO: 1, EvidenceKind.VIDEO: 1}
            assert evidence.count_ready(session, holder=HOLDER).total() == 0

    def test_a_case_opened_by_nobody_with_files_takes_nobody_s(self, shop: Shop) -> None:
        case_id = shop.request()
        add(shop)
        with shop.ctx.db.tenant(shop.tenant_id) as session:
            evidence.attach_to_case(session, "", case_id)
        assert rows(shop)[0].case_id is None

    def test_what_came_with_an_internal_note_is_for_staff_only(self, shop: Shop) -> None:
        case_id = shop.request()
        add(shop, name="note.jpg")
        with shop.ctx.db.tenant(shop.tenant_id) as session:
            evidence.attach_to_message(shop.ctx, session, HOLDER, case_id, "message-1", internal=True)
        assert rows(shop)[0].message_id == "message-1"
        assert seen_by(shop, shop.shopper, case_id) == []
        assert seen_by(shop, shop.staff, case_id) == ["note.jpg"]

    def test_another_shop_sees_nothing_of_it(self, shop: Shop) -> None:
        case_id = shop.request()
        row = add(shop)
        other = add_tenant(shop.ctx.db, "other").id
        with shop.ctx.db.tenant(other) as session:
            assert evidence.count_ready(session, holder=HOLDER).total() == 0
            assert evidence.read_for(session, actor=shop.staff, case_ids=[case_id]) == []
        with pytest.raises(NotFound):
            evidence.find_file(shop.ctx, other, row.id)
        evidence.remove_held(shop.ctx, other, row.id, holder=HOLDER)
        assert rows(shop)[0].state == "ready"


class TestAsking:
    def test_the_shopper_is_asked_by_mail_and_the_case_waits_for_them(self, shop: Shop) -> None:
        case_id = shop.request()
        ask_for_evidence(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, message=" The label, please. ")
        case = shop.case(case_id)
        assert (case.status, case.due_by) == ("awaiting_evidence", "shopper")
        with shop.ctx.db.tenant(shop.tenant_id) as session:
            mails = session.scalars(select(Notification).where(Notification.kind == "evidence_wanted")).all()
        assert [mail.params["message"] for mail in mails] == ["The label, please."]
        asked = entries(shop, case_id)[-1]
        assert (asked.event, asked.public, asked.detail) == ("ask_evidence", True, {"message": "The label, please."})

    @pytest.mark.parametrize("message", ["", "  ", "x" * 4001])
    def test_what_to_show_is_said(self, shop: Shop, message: str) -> None:
        case_id = shop.request()
        with pytest.raises(BadInput) as raised:
            ask_for_evidence(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, message=message)
        assert raised.value.field == "message"
        assert shop.case(case_id).status == "requested"

    def test_it_is_asked_for_while_it_is_decided_only(self, shop: Shop) -> None:
        case_id = shop.request()
        shop.approve(case_id)
        with pytest.raises(MoveRefused):
            ask_for_evidence(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, message="More, please.")

    def test_given_it_brings_the_case_back_to_review(self, shop: Shop) -> None:
        case_id = shop.request()
        ask_for_evidence(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, message="More, please.")
        add(shop, case_id=case_id)
        provide_evidence(shop.ctx, shop.tenant_id, case_id, holder=HOLDER, actor=shop.shopper)
        case = shop.case(case_id)
        assert (case.status, case.due_by) == ("requested", "staff")
        given = entries(shop, case_id)[-1]
        assert (given.event, given.public, given.detail["photos"]) == ("provide_evidence", True, 1)

    def test_nothing_is_no_evidence(self, shop: Shop) -> None:
        case_id = shop.request()
        ask_for_evidence(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, message="More, please.")
        with pytest.raises(BadInput):
            provide_evidence(shop.ctx, shop.tenant_id, case_id, holder=HOLDER, actor=shop.shopper)
        assert shop.case(case_id).status == "awaiting_evidence"

    def test_what_staff_keep_to_themselves_answers_nothing(self, shop: Shop) -> None:
        case_id = shop.request()
        ask_for_evidence(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, message="More, please.")
        add(shop, case_id=case_id, actor=shop.staff, name="ours.jpg")
        provide_evidence(shop.ctx, shop.tenant_id, case_id, holder=HOLDER, actor=shop.staff, internal=True)
        assert shop.case(case_id).status == "awaiting_evidence"
        assert entries(shop, case_id)[-1].public is False
        assert seen_by(shop, shop.shopper, case_id) == []

    def test_a_shopper_adds_nothing_once_it_is_decided(self, shop: Shop) -> None:
        case_id = shop.request()
        shop.approve(case_id)
        add(shop, case_id=case_id)
        with pytest.raises(Conflict) as raised:
            provide_evidence(shop.ctx, shop.tenant_id, case_id, holder=HOLDER, actor=shop.shopper)
        assert raised.value.code == "NOT_WANTED"


class TestRemoving:
    def test_a_shopper_takes_back_what_is_not_sent(self, shop: Shop, storage: MemoryStorage) -> None:
        row = add(shop)
        evidence.remove_held(shop.ctx, shop.tenant_id, row.id, holder="somebody else")
        assert rows(shop)[0].state == "ready"
        evidence.remove_held(shop.ctx, shop.tenant_id, row.id, holder=HOLDER)
        with pytest.raises(NotFound):
            evidence.find_file(shop.ctx, shop.tenant_id, row.id)
        assert evidence_retention.remove_deleted_files(shop.ctx) == 1
        assert not storage.files
        assert not rows(shop)

    def test_what_is_sent_only_staff_take_off(self, shop: Shop) -> None:
        case_id = shop.request()
        row = add(shop, case_id=case_id)
        provide_evidence(shop.ctx, shop.tenant_id, case_id, holder=HOLDER, actor=shop.shopper)
        evidence.remove_held(shop.ctx, shop.tenant_id, row.id, holder="")
        with pytest.raises(NotFound):
            evidence.remove_evidence(shop.ctx, shop.tenant_id, row.id, actor=shop.shopper)
        stranger = replace(shop.staff, channels=frozenset({"channel-jpy"}))
        with pytest.raises(NotFound):
            evidence.remove_evidence(shop.ctx, shop.tenant_id, row.id, actor=stranger)
        assert rows(shop)[0].state == "ready"
        evidence.remove_evidence(shop.ctx, shop.tenant_id, row.id, actor=shop.staff)
        assert rows(shop)[0].state == "deleted"
        assert entries(shop, case_id)[-1].event == "remove_evidence"

    def test_while_the_storage_is_away_the_plan_to_delete_stays(self, shop: Shop, storage: MemoryStorage) -> None:
        row = add(shop)
        evidence.remove_held(shop.ctx, shop.tenant_id, row.id, holder=HOLDER)
        storage.trouble = StorageUnavailable()
        with pytest.raises(StorageUnavailable):
            evidence_retention.remove_deleted_files(shop.ctx)
        assert len(rows(shop)) == 1
        storage.trouble = None
        assert evidence_retention.remove_deleted_files(shop.ctx) == 1


class TestRetention:
    def test_files_go_when_their_case_was_over_for_as_long_as_the_shop_says(
        self, shop: Shop, clock: FakeClock, storage: MemoryStorage
    ) -> None:
        with shop.ctx.db.everyone() as session:
            tenant = session.get_one(Tenant, shop.tenant_id)
            tenant.settings = {**tenant.settings, "evidence_days": 10}
        case_id = shop.request()
        add(shop, case_id=case_id)
        provide_evidence(shop.ctx, shop.tenant_id, case_id, holder=HOLDER, actor=shop.shopper)
        clock.forward(days=100)
        evidence_retention.retire_evidence(shop.ctx)
        assert rows(shop)[0].state == "ready", "a case that is open keeps its files"
        cancel_case(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper)
        clock.forward(days=9.9)
        evidence_retention.retire_evidence(shop.ctx)
        assert rows(shop)[0].state == "ready"
        clock.forward(days=0.2)
        evidence_retention.retire_evidence(shop.ctx)
        evidence_retention.remove_deleted_files(shop.ctx)
        assert not rows(shop)
        assert not storage.files

    def test_what_was_never_sent_goes_after_two_days(self, shop: Shop, clock: FakeClock) -> None:
        add(shop)
        clock.forward(hours=47)
        evidence_retention.retire_evidence(shop.ctx)
        assert rows(shop)[0].state == "ready"
        clock.forward(hours=2)
        evidence_retention.retire_evidence(shop.ctx)
        assert rows(shop)[0].state == "deleted"

    def test_a_file_whose_upload_died_is_swept_and_no_other(
        self, shop: Shop, clock: FakeClock, storage: MemoryStorage
    ) -> None:
        kept = add(shop)
        lost = f"{shop.tenant_id}/{clock.now():%Y-%m-%d}/lost"
        storage.write(lost, io.BytesIO(b"photo"))
        assert evidence_retention.sweep_orphans(shop.ctx) == 0, "its row may be about to be written"
        clock.forward(hours=2)
        assert evidence_retention.sweep_orphans(shop.ctx) == 1
        assert set(storage.files) == {kept.storage_key, kept.thumbnail_key}

    def test_everything_of_a_shop_goes_with_it(self, shop: Shop, clock: FakeClock, storage: MemoryStorage) -> None:
        other = Shop(shop.ctx, add_tenant(shop.ctx.db, "other").id, shop.staff, shop.shopper)
        add(shop)
        kept = add(other)
        storage.write(f"{shop.tenant_id}/2020-01-01/without row", io.BytesIO(b"photo"))
        tenants.mark_uninstalled(shop.ctx, shop.tenant_id)
        clock.forward(days=91)
        storage.trouble = StorageUnavailable()
        assert tenants.erase_due_tenants(shop.ctx) == 0, "not as long as its files would stay"
        storage.trouble = None
        assert tenants.erase_due_tenants(shop.ctx) == 1
        assert set(storage.files) == {kept.storage_key, kept.thumbnail_key}
        assert [row.tenant_id for row in rows(shop)] == [other.tenant_id]


def test_both_databases_keep_evidence(any_ctx: Context, shop_of: object) -> None:
    from collections.abc import Callable
    from typing import cast

    shop = cast("Callable[[Context], Shop]", shop_of)(any_ctx)
    case_id = shop.request()
    add(shop, case_id=case_id)
    provide_evidence(shop.ctx, shop.tenant_id, case_id, holder=HOLDER, actor=shop.shopper)
    cancel_case(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper)
    clock = shop.ctx.clock
    assert isinstance(clock, FakeClock)
    clock.forward(days=181)
    evidence_retention.retire_evidence(shop.ctx)
    assert evidence_retention.remove_deleted_files(shop.ctx) == 1


def test_refusals_speak_of_their_limits() -> None:
    from saleor_returns_app.domain.evidence import Refusal, refusal

    for why in Refusal:
        problem = refusal(why)
        assert isinstance(problem, AppError)
        assert problem.message()
        assert problem.code == why
