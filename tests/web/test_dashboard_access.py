"""Who gets in: the Dashboard's token, checked in every part, on every page."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from joserfc.jwk import OctKey

from saleor_returns_app.errors import SaleorUnavailable
from saleor_returns_app.models.tenants import Tenant, TenantState
from saleor_returns_app.services.context import Context
from tests.fakes import FakeClock, FakeKeys, FakeSaleor
from tests.services.journeys import Shop

from .desk import Desk, give_keys, seat, shop_key, sign, words

PAGES = [
    "/dashboard/",
    "/dashboard/?q=rita@example.com",
    "/dashboard/cases/{case}",
    "/dashboard/cases/{case}/quote",
    "/dashboard/cases/{case}/refunds",
    "/dashboard/cases/{case}/receive",
    "/dashboard/widgets/order?orderId=order-1",
    "/dashboard/widgets/customer?customerId=user-1",
    "/dashboard/open-case?orderId=order-1",
    "/dashboard/open-case/order-1",
    "/dashboard/settings",
]
WRITES = [
    *(
        f"/dashboard/cases/{{case}}/{name}"
        for name in (
            "approve",
            "reject",
            "cancel",
            "close",
            "conclude",
            "tracking",
            "receive",
            "refund",
            "confirm-return",
        )
    ),
    *(f"/dashboard/cases/{{case}}/refunds/some/{name}" for name in ("retry", "record", "cancel", "approve-rest")),
    "/dashboard/open-case",
    "/dashboard/open-case/preview",
    "/dashboard/settings",
]


def unsigned(tenant: Tenant) -> str:
    parts = ({"alg": "none", "kid": "shop-key", "typ": "JWT"}, {"iss": tenant.api_url, "type": "thirdparty"})
    return ".".join(urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + "."


def by_secret(tenant: Tenant) -> str:
    """Signed with the public key as if it were a shared secret."""
    public = json.dumps(shop_key().as_dict(private=False)).encode()
    return sign(tenant, key=OctKey.import_key(public), alg="HS256")


def swapped(tenant: Tenant) -> str:
    head, _, tail = sign(tenant, user_permissions=[]).split(".")
    _, body, _ = sign(tenant).split(".")
    return f"{head}.{body}.{tail}"


FORGED: dict[str, tuple[Callable[[Tenant], str], str]] = {
    "no token at all": (lambda tenant: "x", "TOKEN_UNREADABLE"),
    "not a header": (lambda tenant: "bm90anNvbg.e30.x", "TOKEN_UNREADABLE"),
    "far too long": (lambda tenant: sign(tenant) + "A" * 20_000, "TOKEN_UNREADABLE"),
    "unsigned": (unsigned, "TOKEN_ALGORITHM"),
    "signed by secret": (by_secret, "TOKEN_ALGORITHM"),
    "another key": (lambda tenant: sign(tenant, key=shop_key("other-key")), "TOKEN_KEY"),
    "signature cut": (lambda tenant: sign(tenant)[:-8], "TOKEN_SIGNATURE"),
    "claims changed": (swapped, "TOKEN_SIGNATURE"),
    "another issuer": (lambda tenant: sign(tenant, iss="https://evil.example/graphql/"), "TOKEN_ISSUER"),
    "a shopper's token": (lambda tenant: sign(tenant, type="access"), "TOKEN_TYPE"),
    "a refresh token": (lambda tenant: sign(tenant, type="refresh"), "TOKEN_TYPE"),
    "not of Saleor": (lambda tenant: sign(tenant, owner="other"), "TOKEN_TYPE"),
    "another app": (lambda tenant: sign(tenant, app="app-2"), "TOKEN_APP"),
    "not of staff": (lambda tenant: sign(tenant, is_staff=False), "TOKEN_STAFF"),
    "expired": (lambda tenant: sign(tenant, exp=1_000), "TOKEN_EXPIRED"),
    "never expires": (lambda tenant: sign(tenant, exp=None), "TOKEN_EXPIRED"),
    "session is over": (sign, "TOKEN_SESSION"),
}


@pytest.mark.parametrize("kind", FORGED)
def test_a_token_that_does_not_hold_here_is_refused(web: Flask, saleor: FakeSaleor, tenant: Tenant, kind: str) -> None:
    forge, code = FORGED[kind]
    answer = Desk(web.test_client(), tenant.api_url, forge(tenant)).get("/dashboard/")
    assert answer.status_code == 401
    assert code in answer.text
    if code != "TOKEN_SESSION":
        assert saleor.calls["read_staff"] == 0  # nothing forged is worth a call to the shop


def test_a_token_of_another_shop_is_refused(web: Flask, tenant: Tenant, foreign_desk: Desk) -> None:
    desk = Desk(foreign_desk.client, tenant.api_url, foreign_desk.headers["authorization-bearer"])
    answer = desk.get("/dashboard/")
    assert (answer.status_code, "TOKEN_ISSUER" in answer.text) == (401, True)


@pytest.mark.parametrize("path", PAGES)
def test_a_frame_without_a_token_gets_a_shell_that_knows_nothing(
    web: Flask, shop: Shop, saleor: FakeSaleor, path: str
) -> None:
    case_id = shop.request()
    saleor.calls.clear()
    answer = web.test_client().get(path.format(case=case_id))
    assert answer.status_code == 200
    assert "<!doctype html>" in answer.text
    assert "data-load=" in answer.text
    for known in ("R-2026", "Rita", "rita@example", "Shop & Co", "Dock Road"):
        assert known not in answer.text.replace("q=rita", "").replace("rita%40", "")
    assert not saleor.calls


def test_the_shell_loads_its_own_address_without_what_the_dashboard_added(web: Flask) -> None:
    query = (
        "?domain=d&saleorApiUrl=https%3A%2F%2Fa&id=QXBwOjI%3D&view=approved&theme=dark&locale=zh"
        "&featureFlags[new_order_ui][enabled]=false&domain=d&saleorApiUrl=https%3A%2F%2Fa&id=QXBwOjI%3D"
    )
    answer = web.test_client().get(f"/dashboard/{query}")
    assert 'data-load="/dashboard/?view=approved"' in answer.text
    assert 'data-theme="dark"' in answer.text
    assert 'lang="zh"' in answer.text


def test_a_parameter_that_comes_twice_is_read_once(desk: Desk, shop: Shop) -> None:
    shop.request()
    answer = desk.get("/dashboard/widgets/order?orderId=&orderId=order-1&orderId=order-1&featureFlags[a][b]=c")
    assert "R-2026-000001" in answer.text


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/dashboard/", "page"), ("/dashboard/widgets/order", "widget"), ("/dashboard/open-case", "popup")],
)
def test_the_shell_says_what_sort_of_frame_it_is(web: Flask, path: str, kind: str) -> None:
    assert f"<body data-{kind}" in web.test_client().get(path).text


@pytest.mark.parametrize("path", WRITES)
def test_nothing_is_done_without_a_token(web: Flask, tenant: Tenant, shop: Shop, path: str) -> None:
    case_id = shop.request()
    answer = web.test_client().post(path.format(case=case_id), headers={"saleor-api-url": tenant.api_url})
    assert answer.status_code == 401
    assert shop.case(case_id).status == "requested"


@pytest.mark.parametrize("path", PAGES)
def test_another_shop_s_staff_see_nothing_of_it(foreign_desk: Desk, shop: Shop, saleor: FakeSaleor, path: str) -> None:
    case_id = shop.to_payment({"line-1": 1})
    answer = foreign_desk.get(path.format(case=case_id))
    assert "R-2026-000001" not in answer.text
    if "/cases/" in path:
        assert answer.status_code == 404


@pytest.mark.parametrize("path", [path for path in WRITES if "/cases/" in path])
def test_another_shop_s_staff_change_nothing_of_it(foreign_desk: Desk, shop: Shop, path: str) -> None:
    case_id = shop.to_payment({"line-1": 1})
    refund = shop.refunds(case_id)[0]
    before = (shop.case(case_id).version, refund.version)
    typed = {"reason": "x", "proof": "x", "tracking_number": "ABCD1234", "fingerprint": "x"}
    answer = foreign_desk.post(path.format(case=case_id).replace("/some/", f"/{refund.id}/"), **typed)
    assert answer.status_code == 404
    assert (shop.case(case_id).version, shop.refunds(case_id)[0].version) == before


@pytest.mark.parametrize("path", [path for path in PAGES if "settings" not in path])
def test_staff_of_another_channel_see_nothing_of_it(yen_desk: Desk, shop: Shop, path: str) -> None:
    case_id = shop.request()
    answer = yen_desk.get(path.format(case=case_id))
    assert "R-2026-000001" not in answer.text
    assert "Monospace Tee" not in answer.text


@pytest.mark.parametrize("path", [path for path in WRITES if "/cases/" in path or "open-case" in path])
def test_staff_of_another_channel_change_nothing_of_it(yen_desk: Desk, shop: Shop, path: str) -> None:
    case_id = shop.request()
    answer = yen_desk.post(path.format(case=case_id), reason="x", order_id="order-1", **{"quantity:line-1": "1"})
    assert answer.status_code == 404
    assert shop.case(case_id).status == "requested"


@pytest.mark.parametrize("path", [*PAGES, *WRITES])
def test_without_manage_orders_there_is_one_clear_page(
    web: Flask, saleor: FakeSaleor, tenant: Tenant, shop: Shop, path: str
) -> None:
    case_id = shop.request()
    desk = seat(web, saleor, tenant, permissions=frozenset({"MANAGE_PRODUCTS"}))
    answer = (desk.post if path in WRITES else desk.get)(path.format(case=case_id))
    assert answer.status_code == 403
    assert "Manage orders" in answer.text
    assert "R-2026" not in answer.text


def test_permissions_are_the_person_s_own_not_the_app_s(web: Flask, saleor: FakeSaleor, tenant: Tenant) -> None:
    token = sign(tenant, permissions=["MANAGE_ORDERS"], user_permissions=[])
    assert Desk(web.test_client(), tenant.api_url, token).get("/dashboard/").status_code == 403


@pytest.mark.parametrize("value", [None, "MANAGE_ORDERS", {"MANAGE_ORDERS": 1}, [1, None], 7])
def test_odd_permissions_are_no_permissions(web: Flask, tenant: Tenant, value: Any) -> None:
    desk = Desk(web.test_client(), tenant.api_url, sign(tenant, user_permissions=value))
    assert desk.get("/dashboard/").status_code in (401, 403)


def test_a_shop_that_never_installed_the_app_is_told_so(web: Flask, tenant: Tenant) -> None:
    answer = Desk(web.test_client(), "https://nowhere.example/graphql/", sign(tenant)).get("/dashboard/")
    assert answer.status_code == 404
    assert "not installed in this shop" in words(answer.text)


def test_a_request_that_does_not_say_which_shop_is_refused(web: Flask, tenant: Tenant) -> None:
    assert Desk(web.test_client(), "", sign(tenant)).get("/dashboard/").status_code == 401


@pytest.mark.parametrize("state", [TenantState.PAUSED, TenantState.DISCONNECTED, TenantState.UNINSTALLED])
def test_a_shop_where_the_app_is_not_active_is_told_its_state(
    ctx: Context, desk: Desk, tenant: Tenant, state: TenantState
) -> None:
    assert desk.get("/dashboard/").status_code == 200
    with ctx.db.everyone() as session:
        session.get_one(Tenant, tenant.id).state = state
    answer = desk.get("/dashboard/")
    assert answer.status_code == 409
    assert state.value in words(answer.text)


def test_channels_are_asked_once_per_token_and_five_minutes(
    web: Flask, saleor: FakeSaleor, tenant: Tenant, clock: FakeClock
) -> None:
    desk = seat(web, saleor, tenant)
    for _ in range(3):
        assert desk.get("/dashboard/").status_code == 200
    assert saleor.calls["read_staff"] == 1
    clock.forward(minutes=5, seconds=1)
    assert desk.get("/dashboard/").status_code == 401
    # A token that claims to live longer is asked about again after five minutes all the same.
    token = sign(tenant, exp=int(clock.now().timestamp()) + 86_400)
    saleor.staff[token] = saleor.staff[desk.headers["authorization-bearer"]]
    long_lived = Desk(web.test_client(), tenant.api_url, token)
    assert long_lived.get("/dashboard/").status_code == 200
    del saleor.staff[token]
    clock.forward(minutes=5, seconds=1)
    assert long_lived.get("/dashboard/").status_code == 401


def test_a_shop_that_is_down_lets_nobody_in_whose_channels_are_unknown(desk: Desk, saleor: FakeSaleor) -> None:
    saleor.trouble["read_staff"] = [SaleorUnavailable()]
    answer = desk.get("/dashboard/")
    assert answer.status_code == 503
    assert "Try again" in answer.text
    assert desk.get("/dashboard/").status_code == 200


def test_a_rotated_key_is_fetched_once(ctx: Context, web: Flask, saleor: FakeSaleor, tenant: Tenant) -> None:
    give_keys(ctx, tenant, shop_key("old-key"))
    assert isinstance(ctx.keys, FakeKeys)
    ctx.keys.jwks = {"keys": [shop_key().as_dict(private=False)]}
    desk = seat(web, saleor, tenant)
    assert desk.get("/dashboard/").status_code == 200
    forged = Desk(web.test_client(), tenant.api_url, sign(tenant, key=shop_key("other-key")))
    assert forged.get("/dashboard/").status_code == 401
    assert desk.get("/dashboard/").status_code == 200
    assert ctx.keys.fetches == 1


def test_pages_are_kept_by_nobody_and_run_no_foreign_script(desk: Desk) -> None:
    headers = desk.get("/dashboard/").headers
    assert headers["Cache-Control"] == "no-store"
    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in headers


def test_an_address_that_does_not_exist_leads_back_to_the_list(desk: Desk) -> None:
    answer = desk.get("/dashboard/nowhere/at/all")
    assert answer.status_code == 404
    assert 'href="/dashboard/"' in answer.text
    assert desk.post("/dashboard/cases/some/dance").status_code == 404
