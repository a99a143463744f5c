from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from saleor_returns_app.errors import NotFound, NotSignedIn, SaleorUnavailable, TokenDead
from saleor_returns_app.models import Database
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.notifications import Notification
from saleor_returns_app.models.orders import OrderLane
from saleor_returns_app.models.tenants import Tenant, TenantState
from saleor_returns_app.services import tenants
from saleor_returns_app.services.context import Context
from tests.conftest import add_tenant
from tests.fakes import FakeClock, FakeKeys, FakeSaleor

URL = "https://books.example/graphql/"


def state_of(ctx: Context, tenant: Tenant) -> str:
    return ctx.tenant(tenant.id).state


def test_new_shop_is_active_with_an_encrypted_token_and_its_keys(ctx: Context) -> None:
    tenant = tenants.register_tenant(ctx, api_url=URL, token="clear")
    stored = ctx.tenant(tenant.id)
    assert stored.state == TenantState.ACTIVE
    assert stored.token_secret != "clear"
    assert ctx.shop(tenant.id).token == "clear"
    assert (stored.app_id, stored.saleor_version, stored.name) == ("app-1", "3.23.28", "Test shop")
    assert stored.slug == "test-shop"
    assert stored.jwks_fetched_at == ctx.now()


def test_registering_again_keeps_the_shop_and_takes_the_newest_token(ctx: Context) -> None:
    first = tenants.register_tenant(ctx, api_url=URL, token="one")
    second = tenants.register_tenant(ctx, api_url=URL, token="two")
    assert second.id == first.id
    assert second.slug == first.slug
    assert ctx.shop(first.id).token == "two"


def test_reinstalled_shop_finds_its_data_again(ctx: Context) -> None:
    tenant = tenants.register_tenant(ctx, api_url=URL, token="one")
    with ctx.db.tenant(tenant.id) as session:
        session.add(OrderLane(saleor_order_id="order-1", fence=7))
    tenants.mark_uninstalled(ctx, tenant.id)
    again = tenants.register_tenant(ctx, api_url=URL, token="two")
    assert again.id == tenant.id
    assert again.erase_after is None
    with ctx.db.tenant(again.id) as session:
        assert session.scalars(select(OrderLane)).one().fence == 7


@pytest.mark.parametrize(
    ("name", "slug"),
    [("Ålesund Bøker & Co.", "lesund-b-ker-co"), ("书店", "books"), ("---", "books"), ("42", "books"), ("", "books")],
)
def test_slug_comes_from_the_name_or_the_host(
    ctx: Context, saleor: FakeSaleor, monkeypatch: pytest.MonkeyPatch, name: str, slug: str
) -> None:
    monkeypatch.setattr(saleor, "read_version", lambda _shop: ("3.23.28", name))
    assert tenants.register_tenant(ctx, api_url=URL, token="t").slug == slug


def test_shops_of_one_name_get_different_slugs(ctx: Context) -> None:
    slugs = [tenants.register_tenant(ctx, api_url=f"https://{host}.example/graphql/", token="t").slug for host in "abc"]
    assert slugs == ["test-shop", "test-shop-2", "test-shop-3"]


def test_parallel_installs_of_one_shop_make_one_tenant(ctx: Context) -> None:
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda n: tenants.register_tenant(ctx, api_url=URL, token=f"t{n}").id, range(6)))
    assert len(set(found)) == 1


@pytest.mark.parametrize("trouble", [TokenDead(), SaleorUnavailable()])
def test_token_that_proves_nothing_is_refused(ctx: Context, saleor: FakeSaleor, trouble: Exception) -> None:
    saleor.trouble["read_app_id"] = [trouble]
    with pytest.raises(NotSignedIn) as caught:
        tenants.register_tenant(ctx, api_url=URL, token="t")
    assert caught.value.code == "UNKNOWN_APP_ID"
    with pytest.raises(NotFound):
        tenants.find_tenant(ctx, URL)


def test_forged_token_does_not_touch_an_installed_shop(ctx: Context, saleor: FakeSaleor) -> None:
    tenant = tenants.register_tenant(ctx, api_url=URL, token="good")
    saleor.trouble["read_app_id"] = [TokenDead()]
    with pytest.raises(NotSignedIn):
        tenants.register_tenant(ctx, api_url=URL, token="forged")
    assert ctx.shop(tenant.id).token == "good"


def test_shop_without_keys_is_refused(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_url: str) -> None:
        raise SaleorUnavailable

    monkeypatch.setattr(ctx.keys, "fetch", fail)
    with pytest.raises(NotSignedIn) as caught:
        tenants.register_tenant(ctx, api_url=URL, token="t")
    assert caught.value.code == "JWKS_NOT_AVAILABLE"


def test_paused_shop_resumes_and_an_uninstalled_one_does_not(ctx: Context, tenant: Tenant) -> None:
    tenants.pause_tenant(ctx, tenant.id)
    assert state_of(ctx, tenant) == TenantState.PAUSED
    tenants.resume_tenant(ctx, tenant.id)
    assert state_of(ctx, tenant) == TenantState.ACTIVE
    tenants.mark_uninstalled(ctx, tenant.id)
    tenants.resume_tenant(ctx, tenant.id)
    tenants.pause_tenant(ctx, tenant.id)
    assert state_of(ctx, tenant) == TenantState.UNINSTALLED


def test_dead_token_disconnects_unless_a_newer_one_came(ctx: Context, tenant: Tenant) -> None:
    tenants.mark_disconnected(ctx, tenant.id, token="older")
    assert state_of(ctx, tenant) == TenantState.ACTIVE
    tenants.mark_disconnected(ctx, tenant.id, token="token")
    assert state_of(ctx, tenant) == TenantState.DISCONNECTED


@pytest.mark.parametrize(("contact", "mails"), [("owner@shop.example", ["disconnected"]), ("", [])])
def test_a_lost_connection_is_told_to_the_shops_contact_once(
    ctx: Context, tenant: Tenant, contact: str, mails: list[str]
) -> None:
    with ctx.db.everyone() as session:
        session.get_one(Tenant, tenant.id).settings = {"contact_email": contact}
    for _ in range(2):
        tenants.mark_disconnected(ctx, tenant.id, token="token")
    with ctx.db.tenant(tenant.id) as session:
        queued = session.scalars(select(Notification)).all()
    assert [mail.kind for mail in queued] == mails
    assert {mail.recipient for mail in queued} <= {contact}


def test_disconnected_shop_comes_back_when_its_token_works_again(
    ctx: Context, tenant: Tenant, saleor: FakeSaleor
) -> None:
    tenants.mark_disconnected(ctx, tenant.id, token="token")
    saleor.trouble["read_app_id"] = [TokenDead(), SaleorUnavailable()]
    assert tenants.reconnect_tenant(ctx, tenant.id) is False
    tenants.reconnect_tenants(ctx)
    assert state_of(ctx, tenant) == TenantState.DISCONNECTED
    tenants.reconnect_tenants(ctx)
    assert state_of(ctx, tenant) == TenantState.ACTIVE
    assert ctx.tenant(tenant.id).erase_after is None


def test_paused_shop_comes_back_when_its_token_works_again_though_nobody_said_so(
    ctx: Context, tenant: Tenant, saleor: FakeSaleor
) -> None:
    tenants.pause_tenant(ctx, tenant.id)
    saleor.trouble["read_app_id"] = [TokenDead(), SaleorUnavailable()]
    for _ in range(2):
        tenants.reconnect_tenants(ctx)
        assert state_of(ctx, tenant) == TenantState.PAUSED, "the app is still inactive, or that cannot be told"
    tenants.reconnect_tenants(ctx)
    assert state_of(ctx, tenant) == TenantState.ACTIVE


def test_paused_shop_does_not_come_back_with_another_apps_token(
    ctx: Context, tenant: Tenant, saleor: FakeSaleor, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenants.pause_tenant(ctx, tenant.id)
    monkeypatch.setattr(saleor, "read_app_id", lambda _shop: "app-2")
    tenants.reconnect_tenants(ctx)
    assert state_of(ctx, tenant) == TenantState.PAUSED


def test_keys_are_refetched_once_a_minute(ctx: Context, tenant: Tenant, clock: FakeClock) -> None:
    keys = ctx.keys
    assert isinstance(keys, FakeKeys)
    keys.jwks = {"keys": [{"kid": "new"}]}
    assert tenants.refetch_keys(ctx, tenant.id) == keys.jwks
    assert ctx.tenant(tenant.id).jwks == keys.jwks
    assert tenants.refetch_keys(ctx, tenant.id) is None
    clock.forward(seconds=61)
    assert tenants.refetch_keys(ctx, tenant.id) is not None
    assert keys.fetches == 2


def test_only_an_uninstall_starts_the_retention_period(ctx: Context, tenant: Tenant, clock: FakeClock) -> None:
    """Before 3.23 a dead token may as well mean that the app was switched off for a while."""
    tenants.mark_disconnected(ctx, tenant.id, token="token")
    clock.forward(days=1000)
    assert tenants.erase_due_tenants(ctx) == 0
    assert state_of(ctx, tenant) == TenantState.DISCONNECTED
    assert ctx.tenant(tenant.id).erase_after is None
    tenants.mark_uninstalled(ctx, tenant.id)
    assert ctx.tenant(tenant.id).erase_after == ctx.now() + timedelta(days=90)


def test_erasing_takes_everything_of_the_due_shop_and_nothing_else(
    ctx: Context, tenant: Tenant, database: Database, clock: FakeClock
) -> None:
    other = add_tenant(database, "other")
    for each in (tenant, other):
        with database.tenant(each.id) as session:
            session.add(OrderLane(saleor_order_id="order-1", fence=0))
        tenants.mark_uninstalled(ctx, each.id)
    clock.forward(days=89)
    assert tenants.erase_due_tenants(ctx) == 0
    tenants.register_tenant(ctx, api_url=other.api_url, token="back")
    clock.forward(days=2)
    assert tenants.erase_due_tenants(ctx) == 1
    with database.everyone() as session:
        assert session.scalars(select(Tenant.id)).all() == [other.id]
        assert session.scalars(select(OrderLane.tenant_id)).all() == [other.id]
        assert session.scalars(select(Case.id)).all() == []
