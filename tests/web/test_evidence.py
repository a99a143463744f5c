"""Photos and videos over HTTP: who may send and see them, and as what they are served."""

from __future__ import annotations

import io
import re
from typing import Any, BinaryIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from saleor_returns_app.domain.evidence import LIMITS, Refusal, refusal
from saleor_returns_app.models.evidence import Evidence
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.evidence_requests import ask_for_evidence
from tests.fakes import FakeClock, FakeSaleor, MemoryStorage, PlainExaminer, make_order
from tests.services.journeys import Shop

from .desk import Desk
from .portal.walking import cases, hidden, log_in, post
from .test_storefront import BASE, KEY, known, token

PHOTO, VIDEO, EVIL = b"photo of a mug", b"video of a mug", b"<svg onload=alert(1)>"


@pytest.fixture
def visitor(web: Flask, ctx: Context, tenant: Tenant) -> FlaskClient:
    client = web.test_client()
    log_in(client, ctx, tenant)
    post(client, "order", **{"quantity-line-1": "1"})
    return client


def csrf(client: FlaskClient) -> str:
    return hidden(client.get("/r/shop/order"), "csrf")


def upload(client: FlaskClient, data: bytes = PHOTO, name: str = "IMG.jpg", **more: str) -> TestResponse:
    values: dict[str, Any] = {
        "csrf": csrf(client),
        "line": "line-1",
        "case": "",
        **more,
        "file": (io.BytesIO(data), name),
    }
    return client.post("/r/shop/files", data=values)


def rows(ctx: Context) -> list[Evidence]:
    with ctx.db.everyone() as session:
        return list(session.scalars(select(Evidence).order_by(Evidence.id)))


def links(page: str) -> list[str]:
    return re.findall(r'http://returns\.test(/files/[^"&]+)', page)


# ---- the portal ----


def test_a_script_sends_one_file_and_gets_the_list_as_it_is_now(visitor: FlaskClient, ctx: Context) -> None:
    answer = upload(visitor, name="<b>mug</b>.jpg")
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["problem"] == ""
    assert "&lt;b&gt;mug&lt;/b&gt;.jpg" in answer.json["list"] or "b&gt;.jpg" in answer.json["list"]
    assert "<b>" not in answer.json["list"]
    assert [row.order_line_id for row in rows(ctx)] == ["line-1"]


def test_a_hostile_file_is_refused_in_words(visitor: FlaskClient, ctx: Context) -> None:
    answer = upload(visitor, EVIL, "cute.jpg")
    assert answer.json is not None
    assert "This is no photo or video that we can show." in answer.json["problem"]
    said = visitor.post(
        "/r/shop/files?lang=zh", data={"csrf": csrf(visitor), "line": "", "case": "", "file": (io.BytesIO(EVIL), "x")}
    )
    assert said.json is not None
    assert "这不是可以显示的照片或视频" in said.json["problem"]
    assert rows(ctx) == []


def test_storage_that_is_away_is_worth_another_try(visitor: FlaskClient, ctx: Context) -> None:
    from saleor_returns_app.errors import StorageUnavailable

    assert isinstance(ctx.storage, MemoryStorage)
    ctx.storage.trouble = StorageUnavailable()
    answer = upload(visitor)
    assert answer.status_code == 503
    assert answer.json is not None
    assert "try again" in answer.json["problem"]


def test_without_scripts_files_come_with_the_form_and_nothing_typed_is_lost(visitor: FlaskClient, ctx: Context) -> None:
    form = {
        "csrf": csrf(visitor),
        "reason-line-1": "damaged",
        "description-line-1": "The handle broke off.",
        "files-line-1": [(io.BytesIO(PHOTO), "good.jpg"), (io.BytesIO(EVIL), "bad.jpg")],
    }
    answer = visitor.post("/r/shop/reasons", data=form)
    page = visitor.get(answer.headers["Location"]).text
    assert "bad.jpg: This is no photo or video" in page
    assert "good.jpg" in page, "what could be used is kept"
    assert "The handle broke off." in page
    unwanted = re.search(r'name="remove" value="([^"]+)"', page)
    assert unwanted
    kept = {name: value for name, value in form.items() if not name.startswith("files")}
    visitor.post("/r/shop/reasons", data={**kept, "remove": unwanted[1]})
    assert [row.state for row in rows(ctx)] == ["deleted"]
    page = visitor.get("/r/shop/reasons").text
    assert "good.jpg" not in page
    assert "The handle broke off." in page


def test_what_was_added_goes_with_the_request(visitor: FlaskClient, ctx: Context, tenant: Tenant) -> None:
    upload(visitor)
    upload(visitor, VIDEO, "clip.mp4")
    post(visitor, "reasons", **{"reason-line-1": "damaged"})
    summary = visitor.get("/r/shop/summary")
    assert len(set(links(summary.text))) == 3, "a photo, its small picture and a video"
    fields = {name: hidden(summary, name) for name in ("csrf", "ticket", "seen")}
    visitor.post("/r/shop/summary", data=fields)
    case = cases(ctx, tenant)[0]
    assert {row.case_id for row in rows(ctx)} == {case.id}
    assert "Photos and videos" in visitor.get(f"/r/shop/cases/{case.number}").text


def test_what_the_shop_asked_for_is_sent_on_the_case_s_page(
    visitor: FlaskClient, ctx: Context, tenant: Tenant, shop: Shop
) -> None:
    case = shop.case(shop.request())
    ask_for_evidence(ctx, tenant.id, case.id, actor=shop.staff, message="Show us the label & the box.")
    page = visitor.get(f"/r/shop/cases/{case.number}").text
    assert "Show us the label &amp; the box." in page
    address = f"/r/shop/cases/{case.number}/files"
    empty = visitor.post(address, data={"csrf": csrf(visitor)})
    assert "Add at least one photo or video first." in visitor.get(empty.headers["Location"]).text
    sent = visitor.post(address, data={"csrf": csrf(visitor), "files-": [(io.BytesIO(PHOTO), "label.jpg")]})
    assert sent.status_code == 303
    assert shop.case(case.id).status == "requested"


def test_another_shopper_s_case_and_files_are_out_of_reach(
    web: Flask, visitor: FlaskClient, ctx: Context, tenant: Tenant, shop: Shop, saleor: FakeSaleor
) -> None:
    saleor.orders["order-2"] = make_order("order-2", number="75", email="mallory@example.com", customer_id="user-2")
    upload(visitor)
    mine = rows(ctx)[0].id
    case = shop.case(shop.request())
    mallory = web.test_client()
    mallory.post("/r/shop", data={"number": "75", "email": "mallory@example.com"})
    from .portal.walking import code_in_mail

    mallory.post("/r/shop/code", data={"code": code_in_mail(ctx, tenant)})
    assert upload(mallory, case=case.number).status_code == 404
    assert mallory.post(f"/r/shop/cases/{case.number}/files", data={"csrf": csrf(mallory)}).status_code == 404
    mallory.post("/r/shop/files/remove", data={"csrf": csrf(mallory), "id": mine})
    assert [row.state for row in rows(ctx)] == ["ready"]


def test_only_who_is_signed_in_and_comes_from_our_page_sends_files(
    web: Flask, visitor: FlaskClient, ctx: Context
) -> None:
    stranger = web.test_client()
    assert stranger.post("/r/shop/files", data={"file": (io.BytesIO(PHOTO), "x.jpg")}).status_code == 401
    forged = visitor.post("/r/shop/files", data={"csrf": "forged", "file": (io.BytesIO(PHOTO), "x.jpg")})
    assert forged.status_code == 403
    elsewhere = visitor.post(
        "/r/shop/files",
        data={"csrf": csrf(visitor), "file": (io.BytesIO(PHOTO), "x.jpg")},
        headers={"Origin": "https://evil.example"},
    )
    assert elsewhere.status_code == 403
    assert rows(ctx) == []


def test_a_huge_body_is_refused_unread(visitor: FlaskClient) -> None:
    class Endless(io.RawIOBase):
        read_bytes, place = 0, 0

        def __init__(self, size: int) -> None:
            self.size = size

        def tell(self) -> int:
            return self.place

        def seek(self, offset: int, whence: int = 0) -> int:
            self.place = offset + (self.size if whence == io.SEEK_END else 0)
            return self.place

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            self.read_bytes += len(buffer)
            assert self.read_bytes < 1_000_000, "it was read although it said how large it is"
            return len(buffer)

    for path, most in (("files", LIMITS.form_bytes), ("order", 2_000_000)):
        answer = visitor.post(
            f"/r/shop/{path}",
            input_stream=Endless(most + 1),
            content_type="multipart/form-data; boundary=x",
        )
        assert answer.status_code == 413
        assert f"at most {most // 1_000_000} MB fit" in answer.text


def test_of_a_file_no_more_is_kept_than_a_video_may_have(visitor: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from saleor_returns_app.web.evidence import uploads

    seen: list[int] = []

    def examine(_self: PlainExaminer, source: BinaryIO) -> None:
        seen.append(len(source.read()))
        raise refusal(Refusal.EMPTY)

    monkeypatch.setattr(uploads._Capped, "most", 1000)
    monkeypatch.setattr(PlainExaminer, "examine", examine)
    upload(visitor, b"photo" * 5000)
    assert seen == [1000]


def test_pages_with_a_field_for_files_may_run_our_script_and_no_other(visitor: FlaskClient) -> None:
    policy = visitor.get("/r/shop/reasons").headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "script-src" not in visitor.get("/r/shop/order").headers["Content-Security-Policy"]


# ---- the files themselves ----


@pytest.fixture
def photo(visitor: FlaskClient) -> str:
    answer = upload(visitor)
    assert answer.json is not None
    return links(answer.json["list"])[0]


def test_a_file_is_served_as_what_it_is_and_nothing_else(web: Flask, photo: str) -> None:
    answer = web.test_client().get(photo)
    assert (answer.status_code, answer.data) == (200, PHOTO)
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"].startswith("private")
    assert answer.headers["Content-Disposition"].startswith('inline; filename="photo-')
    assert "Set-Cookie" not in answer.headers


def test_a_video_that_talks_like_a_page_is_served_as_a_video_in_parts(web: Flask, visitor: FlaskClient) -> None:
    data = b"video<script>alert(1)</script>"
    sent = upload(visitor, data, "page.html")
    assert sent.json is not None
    post(visitor, "reasons", **{"reason-line-1": "damaged"})
    address = links(visitor.get("/r/shop/summary").text)[0]
    client = web.test_client()
    whole = client.get(address)
    assert (whole.headers["Content-Type"], whole.headers["Accept-Ranges"]) == ("video/mp4", "bytes")
    assert "html" not in whole.headers["Content-Disposition"]
    part = client.get(address, headers={"Range": "bytes=2-5"})
    assert (part.status_code, part.data) == (206, data[2:6])
    assert part.headers["Content-Range"] == f"bytes 2-5/{len(data)}"
    assert client.get(address, headers={"Range": "bytes=-4"}).data == data[-4:]
    beyond = client.get(address, headers={"Range": "bytes=900-"})
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, f"bytes */{len(data)}")
    changed = client.get(address, headers={"Range": "bytes=2-5", "If-Range": '"other"'})
    assert (changed.status_code, changed.data) == (200, data)
    head = client.head(address)
    assert (head.status_code, head.data, head.headers["Content-Length"]) == (200, b"", str(len(data)))


def test_a_link_ends(web: Flask, photo: str, clock: FakeClock) -> None:
    clock.forward(minutes=46)
    answer = web.test_client().get(photo)
    assert answer.status_code == 404
    assert "This link is over" in answer.text


@pytest.mark.parametrize("change", ["flip", "cut", "nonsense", "other key"])
def test_a_link_that_was_tampered_with_opens_nothing(web: Flask, photo: str, change: str) -> None:
    from itsdangerous import URLSafeSerializer

    head, _, signature = photo.rpartition(".")
    flipped = "A" if signature[5] != "A" else "B"
    forged = URLSafeSerializer("another key", salt="evidence").dumps(["t", "e", "w", 99_999_999_999])
    address = {
        "flip": f"{head}.{signature[:5]}{flipped}{signature[6:]}",
        "cut": head,
        "nonsense": "/files/..%2f..%2fetc%2fpasswd",
        "other key": f"/files/{forged}",
    }[change]
    assert web.test_client().get(address).status_code == 404


def test_what_was_removed_is_gone_though_its_link_still_holds(
    web: Flask, visitor: FlaskClient, ctx: Context, photo: str
) -> None:
    visitor.post("/r/shop/files/remove", data={"csrf": csrf(visitor), "id": rows(ctx)[0].id, "line": "line-1"})
    assert web.test_client().get(photo).status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_a_file_is_only_read(web: Flask, photo: str, method: str) -> None:
    answer = getattr(web.test_client(), method)(photo)
    assert answer.status_code == 405


# ---- staff ----


def add(desk: Desk, case_id: str, *files: tuple[bytes, str], **typed: str) -> TestResponse:
    sent = [(io.BytesIO(data), name) for data, name in files]
    return desk.post(f"/dashboard/cases/{case_id}/gallery/files", files=sent, **typed)


def test_staff_add_files_and_see_them_by_item(desk: Desk, shop: Shop, ctx: Context) -> None:
    case_id = shop.request()
    page = add(desk, case_id, (PHOTO, "a.jpg"), (VIDEO, "b.mp4"), line="line-1", internal="1")
    assert page.status_code == 200
    assert 'alt="Photo 1 of 2, Monospace Tee"' in page.text
    assert "Video 2 of 2, Monospace Tee" in page.text
    assert page.text.count('class="flag"') == 2
    assert {row.internal for row in rows(ctx)} == {True}
    assert "media-src 'self'" in page.headers["Content-Security-Policy"]


def test_of_several_files_the_good_ones_are_added_and_the_bad_ones_named(desk: Desk, shop: Shop, ctx: Context) -> None:
    case_id = shop.request()
    page = add(desk, case_id, (PHOTO, "a.jpg"), (EVIL, "evil.jpg"), line="line-1")
    assert page.status_code == 400
    assert "evil.jpg: This is no photo or video" in page.text
    assert '<option value="line-1" selected>' in page.text
    assert [row.case_id for row in rows(ctx)] == [case_id]
    assert "Choose at least one photo or video." in add(desk, case_id).text


def test_staff_of_another_shop_or_channel_neither_see_nor_change_anything(
    desk: Desk, yen_desk: Desk, foreign_desk: Desk, shop: Shop, ctx: Context
) -> None:
    case_id = shop.request()
    add(desk, case_id, (PHOTO, "a.jpg"))
    row = rows(ctx)[0]
    for other in (yen_desk, foreign_desk):
        assert other.get(f"/dashboard/cases/{case_id}/gallery/files").status_code == 404
        assert add(other, case_id, (VIDEO, "b.mp4")).status_code == 404
        assert other.post(f"/dashboard/cases/{case_id}/gallery/files/{row.id}/remove").status_code == 404
    assert [(row.state, row.name) for row in rows(ctx)] == [("ready", "a.jpg")]


def test_asking_takes_a_message_that_is_kept_when_it_is_refused(desk: Desk, shop: Shop) -> None:
    case_id = shop.request()
    assert "Write what you need to see" in desk.act(case_id, "ask-evidence", message=" ").text
    answer = desk.act(case_id, "ask-evidence", message="Show us the label.")
    assert answer.status_code == 200
    assert "Waiting for the shopper’s evidence" in answer.text
    assert "Show us the label." in answer.text


def test_staff_remove_a_file_and_the_history_says_who(desk: Desk, shop: Shop, ctx: Context) -> None:
    case_id = shop.request()
    add(desk, case_id, (PHOTO, "stranger.jpg"))
    page = desk.post(f"/dashboard/cases/{case_id}/gallery/files/{rows(ctx)[0].id}/remove")
    assert page.status_code == 200
    assert "Photo or video removed" in page.text
    assert "None yet." in page.text


def test_the_days_to_keep_are_set_by_the_shop(desk: Desk, ctx: Context, tenant: Tenant) -> None:
    typed = {
        "return_address": "",
        "window_days": "7",
        "shipping_rule": "always",
        "brand_color": "",
        "contact_email": "",
    }
    assert "from 1 to 3650" in desk.post("/dashboard/settings", **typed, evidence_days="0").text
    assert desk.post("/dashboard/settings", **typed, evidence_days="30").status_code == 200
    assert ctx.tenant_settings(tenant.id).evidence_days == 30


# ---- the storefront ----


@pytest.fixture
def rita(ctx: Context, tenant: Tenant, web: Flask, saleor: FakeSaleor) -> dict[str, str]:
    with ctx.db.everyone() as session:
        session.get_one(Tenant, tenant.id).jwks = {"keys": [KEY.as_dict(private=False)]}
    return known(saleor, token())


def send(web: Flask, who: dict[str, str], path: str, data: bytes = PHOTO, **more: str) -> TestResponse:
    headers = {**who, **({"Idempotency-Key": more.pop("key")} if "key" in more else {})}
    return web.test_client().post(f"{BASE}/{path}", data={**more, "file": (io.BytesIO(data), "a.jpg")}, headers=headers)


def test_a_storefront_sends_files_before_and_after_it_asks_for_a_return(
    web: Flask, rita: dict[str, str], ctx: Context
) -> None:
    first = send(web, rita, "evidence", order_id="order-1", order_line_id="line-1")
    assert first.status_code == 200, first.text
    line = {"order_line_id": "line-1", "quantity": 1, "reason": "damaged"}
    made = web.test_client().post(f"{BASE}/cases", json={"order_id": "order-1", "lines": [line]}, headers=rita).json
    assert made is not None
    assert [item["kind"] for item in made["evidence"]] == ["photo"]
    number = made["number"]
    again = [send(web, rita, f"cases/{number}/evidence", VIDEO, key="k") for _ in range(2)]
    assert again[0].json == again[1].json
    read = web.test_client().get(f"{BASE}/cases/{number}", headers=rita)
    assert read.json is not None
    assert [item["kind"] for item in read.json["evidence"]] == ["photo", "video"]
    opened = web.test_client().get(read.json["evidence"][1]["url"].removeprefix("http://returns.test"))
    assert (opened.data, opened.headers["Cross-Origin-Resource-Policy"]) == (VIDEO, "cross-origin")
    other_file = send(web, rita, f"cases/{number}/evidence", PHOTO + b"2", key="k")
    assert (other_file.status_code, other_file.json["code"]) == (409, "KEY_REUSED")  # type: ignore[index]


def test_a_file_that_the_case_has_already_is_the_one_that_is_told(web: Flask, rita: dict[str, str]) -> None:
    line = {"order_line_id": "line-1", "quantity": 1, "reason": "changed_mind"}
    made: Any = web.test_client().post(f"{BASE}/cases", json={"order_id": "order-1", "lines": [line]}, headers=rita)
    path = f"cases/{made.json['number']}/evidence"
    first, again = (send(web, rita, path, PHOTO, key=key) for key in ("k1", "k2"))
    told: Any = again.json
    assert first.json is not None
    assert told["id"] == first.json["id"]
    assert web.test_client().get(told["url"].removeprefix("http://returns.test")).status_code == 200


def test_a_storefront_is_told_what_is_wrong_with_a_file(web: Flask, rita: dict[str, str], ctx: Context) -> None:
    answer = send(web, rita, "evidence", EVIL, order_id="order-1")
    assert (answer.status_code, answer.json["code"]) == (400, "FILE_KIND")  # type: ignore[index]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    nothing = web.test_client().post(f"{BASE}/evidence", data={"order_id": "order-1"}, headers=rita)
    assert (nothing.status_code, nothing.json["code"]) == (400, "BODY")  # type: ignore[index]


def test_somebody_else_s_order_and_case_take_no_files(
    web: Flask, rita: dict[str, str], shop: Shop, saleor: FakeSaleor, ctx: Context
) -> None:
    case = shop.case(shop.request())
    mallory = known(saleor, token(user_id="user-2"), "user-2", "mallory@example.com")
    assert send(web, mallory, "evidence", order_id="order-1").status_code == 404
    assert send(web, mallory, f"cases/{case.number}/evidence").status_code == 404
    assert send(web, {}, f"cases/{case.number}/evidence").status_code == 401
    assert rows(ctx) == []
