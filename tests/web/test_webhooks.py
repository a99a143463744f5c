"""Deliveries: what is taken, what is refused and how, and that nothing is said to be taken that is not committed."""

from __future__ import annotations

import base64
import json
from functools import cache
from typing import Any

import pytest
from flask.testing import FlaskClient
from joserfc.jwk import RSAKey
from joserfc.jws import JWSRegistry
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from saleor_returns_app.errors import SaleorUnavailable, TokenDead
from saleor_returns_app.models import Database
from saleor_returns_app.models.tenants import Tenant, TenantState
from saleor_returns_app.models.webhooks import WebhookDelivery
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.tenants import mark_uninstalled, pause_tenant, register_tenant
from saleor_returns_app.web import build_web
from tests.conftest import add_tenant
from tests.fakes import FakeClock, FakeKeys, FakeSaleor
from tests.recorded import read_recording

URL = "/api/webhooks"


@cache
def key(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"})


def jwks(*kids: str) -> dict[str, Any]:
    return {"keys": [key(kid).as_dict(private=False) for kid in kids]}


def encode(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def sign(body: bytes, kid: str = "k1", **header: object) -> str:
    """A detached signature as Saleor makes it."""
    protected = {"alg": "RS256", "b64": False, "crit": ["b64"], "kid": kid, "typ": "JWT", **header}
    head = encode(json.dumps(protected).encode())
    made = JWSRegistry.algorithms["RS256"].sign(head.encode() + b"." + body, key(kid))
    return f"{head}..{encode(made)}"


def payload(order: str = "order-1", *, recipient: str | None = "app-1", issued: str = "2026-03-02T12:00:00") -> bytes:
    told: dict[str, Any] = {"version": "3.23.28", "issuedAt": issued}
    if recipient is not None:
        told["recipient"] = {"id": recipient}
    return json.dumps({**told, "order": {"id": order, "updatedAt": issued}}).encode()


def about_app(app: str = "app-1", *, active: bool = True) -> bytes:
    told = {"version": "3.23.28", "issuedAt": "2026-03-02", "recipient": {"id": "app-1"}}
    return json.dumps({**told, "app": {"id": app, "isActive": active}}).encode()


@pytest.fixture
def shop(ctx: Context, tenant: Tenant) -> Tenant:
    with ctx.db.everyone() as session:
        session.execute(update(Tenant).where(Tenant.id == tenant.id).values(jwks=jwks("k1")))
    return tenant


@pytest.fixture
def client(ctx: Context, shop: Tenant) -> FlaskClient:
    return build_web(ctx).test_client()


def deliver(
    client: FlaskClient,
    body: bytes,
    event: str = "order_updated",
    *,
    environ: dict[str, object] | None = None,
    **headers: str,
) -> TestResponse:
    sent = {
        "Saleor-Event": event,
        "Saleor-Api-Url": "https://shop.example/graphql/",
        "Content-Type": "application/json",
    }
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    sent.setdefault("Saleor-Signature", sign(body))
    given = {name: value for name, value in sent.items() if value}
    return client.post(URL, data=body, headers=given, environ_overrides=environ or {})


def code(answer: TestResponse) -> str:
    found: str = answer.get_json()["error"]["code"]
    return found


def stored(ctx: Context) -> list[WebhookDelivery]:
    with ctx.db.everyone() as session:
        return list(session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.id)))


def test_signed_delivery_is_stored_before_the_answer(client: FlaskClient, ctx: Context, shop: Tenant) -> None:
    body = payload()
    answer = deliver(client, body)
    assert answer.status_code == 200
    (row,) = stored(ctx)
    assert (row.tenant_id, row.event, row.body) == (shop.id, "order_updated", body)
    assert row.received_at == ctx.now()
    assert row.processed_at is None


def test_recorded_deliveries_of_a_real_saleor_verify(ctx: Context, shop: Tenant) -> None:
    recorded = read_recording("webhooks")
    api_url = recorded["deliveries"][0]["headers"]["saleor-api-url"]
    values = {"api_url": api_url, "jwks": recorded["jwks"], "app_id": recorded["app_id"]}
    with ctx.db.everyone() as session:
        session.execute(update(Tenant).where(Tenant.id == shop.id).values(values))
    client = build_web(ctx).test_client()
    for item in recorded["deliveries"]:
        answer = client.post(URL, data=item["body"].encode(), headers=item["headers"])
        assert answer.status_code == 200, (item["headers"]["saleor-event"], answer.text)
    changed = recorded["deliveries"][0]
    answer = client.post(URL, data=changed["body"].encode() + b" ", headers=changed["headers"])
    assert answer.status_code == 401
    assert len(stored(ctx)) == len(recorded["deliveries"]) == 6


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Saleor_Api_Url", "MISSING_API_URL_HEADER"),
        ("Saleor_Event", "MISSING_EVENT_HEADER"),
        ("Saleor_Signature", "MISSING_SIGNATURE_HEADER"),
    ],
)
def test_missing_header_is_refused(client: FlaskClient, ctx: Context, header: str, expected: str) -> None:
    answer = deliver(client, payload(), environ=None, **{header: ""})
    assert (answer.status_code, code(answer)) == (400, expected)
    assert stored(ctx) == []


def test_event_that_was_not_subscribed_is_refused(client: FlaskClient) -> None:
    answer = deliver(client, payload(), event="customer_created")
    assert (answer.status_code, code(answer)) == (400, "WRONG_EVENT")


def test_empty_body_is_refused(client: FlaskClient) -> None:
    assert code(deliver(client, b"")) == "MISSING_REQUEST_BODY"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
def test_other_methods_are_refused(client: FlaskClient, method: str) -> None:
    answer = client.open(URL, method=method)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_unknown_shop_is_refused(client: FlaskClient) -> None:
    answer = deliver(client, payload(), Saleor_Api_Url="https://nobody.example/graphql/")
    assert (answer.status_code, code(answer)) == (401, "NOT_REGISTERED")


def test_shop_that_removed_the_app_is_refused(client: FlaskClient, ctx: Context, shop: Tenant) -> None:
    mark_uninstalled(ctx, shop.id)
    answer = deliver(client, payload())
    assert (answer.status_code, code(answer)) == (401, "NOT_REGISTERED")


def test_paused_shops_deliveries_are_kept(client: FlaskClient, ctx: Context, shop: Tenant) -> None:
    pause_tenant(ctx, shop.id)
    assert deliver(client, payload()).status_code == 200


BODY = payload()
HEAD, _, MADE = sign(BODY).partition("..")
FORGED = {
    "of another body": sign(payload("order-2")),
    "cut short": sign(BODY)[:-8],
    "not base64": f"{HEAD}..***",
    "no signature": f"{HEAD}..",
    "one part": "abc",
    "four parts": f"{HEAD}..{MADE}.{MADE}",
    "attached payload": f"{HEAD}.{encode(BODY)}.{MADE}",
    "by HS256": sign(BODY, alg="HS256"),
    "by none": sign(BODY, alg="none"),
    "not detached": sign(BODY, b64=True),
    "with an unknown criterion": sign(BODY, crit=["b64", "exp"]),
    "legacy HMAC": "sha256=5d41402abc4b2a76b9719d911017c592",
    "header that is a list": f"{encode(b'[]')}..{MADE}",
    "enormous": "a" * 100_000,
}


@pytest.mark.parametrize("signature", FORGED.values(), ids=FORGED.keys())
def test_forged_signature_is_refused(client: FlaskClient, ctx: Context, signature: str) -> None:
    answer = deliver(client, BODY, Saleor_Signature=signature)
    assert (answer.status_code, code(answer)) == (401, "SIGNATURE_VERIFICATION_FAILED")
    assert stored(ctx) == []


def test_signature_of_another_shop_is_refused(client: FlaskClient, ctx: Context, database: Database) -> None:
    other = add_tenant(database, "other")
    with database.everyone() as session:
        session.execute(update(Tenant).where(Tenant.id == other.id).values(jwks=jwks("k2")))
    answer = deliver(client, BODY, Saleor_Signature=sign(BODY, "k2"), Saleor_Api_Url=other.api_url)
    assert answer.status_code == 200
    answer = deliver(client, BODY, Saleor_Signature=sign(BODY, "k2"))
    assert answer.status_code in (401, 503)
    assert [row.tenant_id for row in stored(ctx)] == [other.id]


@pytest.mark.parametrize(
    "body",
    [
        payload(recipient="another-app"),
        payload(recipient=None),
        b'{"recipient": null}',
        b'{"order": {"recipient": {"id": "app-1"}}}',
        b'{"note": "\\"recipient\\": {\\"id\\": \\"app-1\\"}", "recipient": {"id": "app-2"}}',
        b'{"version": "1", "inner": {"a": "b", "recipient": {"id": "app-1"}}, "recipient": {"id": "app-2"}}',
    ],
)
def test_delivery_to_another_app_is_refused(client: FlaskClient, ctx: Context, body: bytes) -> None:
    answer = deliver(client, body)
    assert (answer.status_code, code(answer)) == (403, "WRONG_RECIPIENT")
    assert stored(ctx) == []


def test_recipient_is_found_wherever_it_stands(client: FlaskClient) -> None:
    body = b'{"order": {"id": "1"}, "issuedAt": "x\\u0020", "recipient": {"name": "us", "id": "app-1"}}'
    assert deliver(client, body).status_code == 200


def test_reinstalled_app_is_recognised_at_once(client: FlaskClient, ctx: Context, shop: Tenant) -> None:
    assert deliver(client, payload()).status_code == 200
    with ctx.db.everyone() as session:
        session.execute(update(Tenant).where(Tenant.id == shop.id).values(app_id="app-2"))
    assert deliver(client, payload(recipient="app-2")).status_code == 200


@pytest.mark.parametrize("body", [b"nonsense", b"[]", b'"text"', b"[" * 100_000])
def test_signed_nonsense_is_refused(client: FlaskClient, body: bytes) -> None:
    answer = deliver(client, body)
    assert (answer.status_code, code(answer)) == (400, "CANT_BE_PARSED")


def test_oversized_body_is_refused_unread(client: FlaskClient, ctx: Context) -> None:
    answer = deliver(client, b"x" * (ctx.settings.max_body_bytes + 1))
    assert (answer.status_code, code(answer)) == (413, "TOO_LARGE")
    assert stored(ctx) == []


def test_body_shorter_than_it_says_is_refused(client: FlaskClient) -> None:
    body = payload()
    stated = {"CONTENT_LENGTH": str(len(body) + 10)}
    assert code(deliver(client, body, environ={**stated})) == "INCOMPLETE_BODY"


@pytest.mark.parametrize("length", ["-1", "many", "1e3"])
def test_impossible_length_is_refused(client: FlaskClient, length: str) -> None:
    assert code(deliver(client, payload(), environ={"CONTENT_LENGTH": length})) == "WRONG_CONTENT_LENGTH"


def test_chunked_body_is_read_to_its_end(client: FlaskClient, ctx: Context) -> None:
    chunked: dict[str, object] = {"CONTENT_LENGTH": "", "wsgi.input_terminated": True}
    assert deliver(client, payload(), environ=chunked).status_code == 200
    large = b"x" * (ctx.settings.max_body_bytes + 1)
    assert deliver(client, large, environ=chunked).status_code == 413


def test_duplicate_and_replayed_deliveries_are_one(client: FlaskClient, ctx: Context, clock: FakeClock) -> None:
    for _ in range(3):
        assert deliver(client, payload()).status_code == 200
        clock.forward(minutes=5)
    assert len(stored(ctx)) == 1


def test_same_body_of_another_event_or_shop_is_another_delivery(
    client: FlaskClient, ctx: Context, database: Database
) -> None:
    other = add_tenant(database, "other")
    with database.everyone() as session:
        session.execute(update(Tenant).where(Tenant.id == other.id).values(jwks=jwks("k1")))
    deliver(client, BODY)
    deliver(client, BODY, event="order_refunded")
    deliver(client, BODY, Saleor_Api_Url=other.api_url)
    assert len(stored(ctx)) == 3


def test_late_and_reordered_deliveries_are_all_taken(client: FlaskClient, ctx: Context) -> None:
    """They are hints: what counts is what a read says, so an old one costs a read and decides nothing."""
    for issued in ("2026-03-02T12:00:02", "2026-03-02T12:00:01", "2020-01-01T00:00:00"):
        assert deliver(client, payload(issued=issued)).status_code == 200
    assert len(stored(ctx)) == 3


def test_rotated_key_is_fetched_once_and_kept(client: FlaskClient, ctx: Context) -> None:
    keys = ctx.keys
    assert isinstance(keys, FakeKeys)
    keys.jwks = jwks("k1", "k2")
    assert deliver(client, payload("a"), Saleor_Signature=sign(payload("a"), "k2")).status_code == 200
    assert deliver(client, payload("b"), Saleor_Signature=sign(payload("b"), "k2")).status_code == 200
    assert keys.fetches == 1


def test_forger_makes_us_fetch_keys_once_a_minute_at_most(client: FlaskClient, ctx: Context, clock: FakeClock) -> None:
    keys = ctx.keys
    assert isinstance(keys, FakeKeys)
    keys.jwks = jwks("k1")
    answers = [deliver(client, BODY, Saleor_Signature=sign(BODY, "forged")) for _ in range(5)]
    assert keys.fetches == 1
    assert code(answers[0]) == "SIGNATURE_VERIFICATION_FAILED"
    # As long as we may not look again, it could be a rotation: Saleor is told to come back.
    assert {(answer.status_code, code(answer)) for answer in answers[1:]} == {(503, "KEYS_NOT_AVAILABLE")}
    clock.forward(seconds=61)
    deliver(client, BODY, Saleor_Signature=sign(BODY, "forged"))
    assert keys.fetches == 2


def test_keys_that_cannot_be_fetched_are_our_trouble(
    client: FlaskClient, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_url: str) -> None:
        raise SaleorUnavailable

    monkeypatch.setattr(ctx.keys, "fetch", fail)
    answer = deliver(client, BODY, Saleor_Signature=sign(BODY, "k2"))
    assert (answer.status_code, code(answer)) == (503, "KEYS_NOT_AVAILABLE")


def test_database_that_is_away_asks_saleor_to_come_back(client: FlaskClient, ctx: Context, database: Database) -> None:
    assert deliver(client, payload("a")).status_code == 200  # the shop is known now

    def fail(*_: object) -> None:
        raise OperationalError("insert", {}, Exception("away"))

    sqlalchemy_event.listen(database.engine, "before_cursor_execute", fail)
    try:
        answer = deliver(client, payload("b"))
        assert (answer.status_code, code(answer)) == (503, "TRY_AGAIN")
    finally:
        sqlalchemy_event.remove(database.engine, "before_cursor_execute", fail)
    assert deliver(client, payload("b")).status_code == 200
    assert len(stored(ctx)) == 2


def test_deleted_app_marks_the_shop_uninstalled(client: FlaskClient, ctx: Context, shop: Tenant) -> None:
    assert deliver(client, about_app(), event="app_deleted").status_code == 200
    assert ctx.tenant(shop.id).state == TenantState.UNINSTALLED
    assert deliver(client, payload()).status_code == 401


def test_replayed_deletion_does_not_touch_a_reinstalled_app(client: FlaskClient, ctx: Context, shop: Tenant) -> None:
    deliver(client, about_app(), event="app_deleted")
    with ctx.db.everyone() as session:
        session.execute(update(Tenant).where(Tenant.id == shop.id).values(app_id="app-2", state=TenantState.ACTIVE))
    assert deliver(client, about_app(), event="app_deleted").status_code == 403
    assert ctx.tenant(shop.id).state == TenantState.ACTIVE


def test_deletion_of_another_app_is_not_ours(client: FlaskClient, ctx: Context, shop: Tenant) -> None:
    assert deliver(client, about_app("another"), event="app_deleted").status_code == 200
    assert ctx.tenant(shop.id).state == TenantState.ACTIVE


def test_status_is_what_the_shop_says_now_and_not_what_a_late_delivery_told(
    client: FlaskClient, ctx: Context, shop: Tenant, saleor: FakeSaleor
) -> None:
    saleor.trouble["read_app_id"] = [TokenDead()]
    deliver(client, about_app(active=False), event="app_status_changed")
    assert ctx.tenant(shop.id).state == TenantState.PAUSED
    deliver(client, about_app(active=True), event="app_status_changed")
    assert ctx.tenant(shop.id).state == TenantState.ACTIVE
    deliver(client, about_app(active=False), event="app_status_changed")  # late: the app is active
    assert ctx.tenant(shop.id).state == TenantState.ACTIVE
    saleor.trouble["read_app_id"] = [SaleorUnavailable()]
    deliver(client, about_app(active=False), event="app_status_changed")
    assert ctx.tenant(shop.id).state == TenantState.PAUSED


def test_just_installed_shop_is_known_at_once(client: FlaskClient, ctx: Context) -> None:
    url = "https://new.example/graphql/"
    assert deliver(client, BODY, Saleor_Api_Url=url).status_code == 401
    keys = ctx.keys
    assert isinstance(keys, FakeKeys)
    keys.jwks = jwks("k1")
    register_tenant(ctx, api_url=url, token="t")
    assert deliver(client, BODY, Saleor_Api_Url=url).status_code == 200
