"""Codes, links and sessions: what opens an order, how often, how long, and what is kept of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from saleor_returns_app.errors import AppError, BadInput, NotSignedIn, TooMany
from saleor_returns_app.models.notifications import Notification
from saleor_returns_app.models.portal import LoginCode, PortalLink, PortalSession
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.drafts import save_draft
from saleor_returns_app.services.logins import (
    close_session,
    confirm_code,
    forget_logins,
    make_link,
    open_session,
    read_session,
    request_code,
    use_link,
)
from tests.conftest import add_tenant
from tests.fakes import FakeClock, FakeSaleor, make_order

RITA = "rita@example.com"


def ask(ctx: Context, tenant: Tenant, *, number: str = "74", email: str = RITA) -> str:
    return request_code(ctx, tenant.id, number=number, email=email, language="en")


def mailed_code(ctx: Context, tenant: Tenant) -> str:
    with ctx.db.tenant(tenant.id) as session:
        mail = session.scalars(select(Notification).order_by(Notification.id.desc())).first()
    assert mail is not None
    return ctx.cipher.decrypt(mail.params["code"])


def refusal(ctx: Context, tenant: Tenant, handle: str, code: str) -> AppError:
    with pytest.raises(AppError) as caught:
        confirm_code(ctx, tenant.id, handle=handle, code=code)
    return caught.value


def open_it(ctx: Context, tenant: Tenant, order_id: str = "order-1") -> str:
    return open_session(ctx, tenant.id, saleor_order_id=order_id, email=RITA)


def test_the_code_from_the_mailbox_opens_the_order(ctx: Context, tenant: Tenant) -> None:
    handle = ask(ctx, tenant)
    token = confirm_code(ctx, tenant.id, handle=handle, code=mailed_code(ctx, tenant))
    opened = read_session(ctx, tenant.id, token)
    assert (opened.saleor_order_id, opened.email) == ("order-1", RITA)


@pytest.mark.parametrize(("number", "email"), [(" #74 ", RITA), ("74", " Rita@Example.COM ")])
def test_what_people_type_around_it_does_not_matter(ctx: Context, tenant: Tenant, number: str, email: str) -> None:
    ask(ctx, tenant, number=number, email=email)
    assert mailed_code(ctx, tenant).isdigit()


def test_a_code_may_be_typed_with_spaces(ctx: Context, tenant: Tenant) -> None:
    handle = ask(ctx, tenant)
    code = mailed_code(ctx, tenant)
    assert confirm_code(ctx, tenant.id, handle=handle, code=f" {code[:3]} {code[3:]} ")


@pytest.mark.parametrize(("number", "email"), [("75", RITA), ("74", "eve@example.com"), ("75", "eve@example.com")])
def test_for_an_order_that_is_not_theirs_no_mail_goes_out(
    ctx: Context, tenant: Tenant, number: str, email: str
) -> None:
    handle = ask(ctx, tenant, number=number, email=email)
    assert len(handle) == len(ask(ctx, tenant))
    with ctx.db.tenant(tenant.id) as session:
        assert [mail.recipient for mail in session.scalars(select(Notification))] == [RITA]


def test_even_the_right_guess_opens_no_order_that_is_not_theirs(ctx: Context, tenant: Tenant) -> None:
    handle = ask(ctx, tenant, email="eve@example.com")
    with ctx.db.tenant(tenant.id) as session:
        row = session.scalars(select(LoginCode)).one()
        assert row.saleor_order_id is None
    assert isinstance(refusal(ctx, tenant, handle, "123456"), BadInput)


@pytest.mark.parametrize("number", ["", "   ", "#", "7" * 65, "7\x004", "7\n4"])
def test_what_is_no_order_number_is_refused(ctx: Context, tenant: Tenant, saleor: FakeSaleor, number: str) -> None:
    with pytest.raises(BadInput) as caught:
        ask(ctx, tenant, number=number)
    assert (caught.value.field, saleor.calls["find_order"]) == ("number", 0)


@pytest.mark.parametrize("email", ["", "rita", "@", "@x.y", "rita@", "a b@c.d", "a@b\r\nBcc: c@d", "a@" + "b" * 254])
def test_what_is_no_mail_address_is_refused(ctx: Context, tenant: Tenant, email: str) -> None:
    with pytest.raises(BadInput) as caught:
        ask(ctx, tenant, email=email)
    assert caught.value.field == "email"


def test_five_wrong_codes_end_it_even_for_the_right_one(ctx: Context, tenant: Tenant) -> None:
    handle = ask(ctx, tenant)
    right = mailed_code(ctx, tenant)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    assert {type(refusal(ctx, tenant, handle, wrong)) for _ in range(5)} == {BadInput}
    assert isinstance(refusal(ctx, tenant, handle, right), TooMany)


def test_a_code_lives_ten_minutes(ctx: Context, tenant: Tenant, clock: FakeClock) -> None:
    handle = ask(ctx, tenant)
    code = mailed_code(ctx, tenant)
    clock.forward(minutes=10)
    assert refusal(ctx, tenant, handle, code).code == "CODE"


def test_a_mailbox_gets_five_codes_an_hour_for_an_order(ctx: Context, tenant: Tenant, clock: FakeClock) -> None:
    for _ in range(5):
        ask(ctx, tenant)
    with pytest.raises(TooMany):
        ask(ctx, tenant)
    clock.forward(hours=1)
    ask(ctx, tenant)


def test_who_guesses_order_numbers_does_not_lock_the_shopper_out(ctx: Context, tenant: Tenant) -> None:
    for number in range(90, 100):
        ask(ctx, tenant, number=str(number))
    ask(ctx, tenant)
    assert mailed_code(ctx, tenant)


def test_many_asking_at_once_get_no_more_codes(ctx: Context, tenant: Tenant) -> None:
    def once(_: int) -> bool:
        try:
            ask(ctx, tenant)
        except TooMany:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(once, range(8))) == 5


def test_the_limit_is_the_same_for_unknown_mailboxes(ctx: Context, tenant: Tenant) -> None:
    for _ in range(5):
        ask(ctx, tenant, email="nobody@example.com")
    with pytest.raises(TooMany):
        ask(ctx, tenant, email="nobody@example.com")


def test_a_handle_of_one_shop_is_unknown_in_another(ctx: Context, tenant: Tenant) -> None:
    other = add_tenant(ctx.db, "other")
    handle = ask(ctx, tenant)
    assert refusal(ctx, other, handle, mailed_code(ctx, tenant)).code == "CODE"


def test_a_session_lives_two_hours(ctx: Context, tenant: Tenant, clock: FakeClock) -> None:
    token = open_it(ctx, tenant)
    clock.forward(hours=1, minutes=59)
    read_session(ctx, tenant.id, token)
    clock.forward(minutes=1)
    with pytest.raises(NotSignedIn):
        read_session(ctx, tenant.id, token)


@pytest.mark.parametrize("token", ["", "guess"])
def test_no_other_token_opens_a_session(ctx: Context, tenant: Tenant, token: str) -> None:
    open_it(ctx, tenant)
    with pytest.raises(NotSignedIn):
        read_session(ctx, tenant.id, token)


def test_signing_out_ends_one_session(ctx: Context, tenant: Tenant) -> None:
    first, second = open_it(ctx, tenant), open_it(ctx, tenant)
    close_session(ctx, tenant.id, first)
    with pytest.raises(NotSignedIn):
        read_session(ctx, tenant.id, first)
    read_session(ctx, tenant.id, second)


def test_a_form_goes_on_in_the_next_session_of_the_same_order_only(
    ctx: Context, tenant: Tenant, clock: FakeClock
) -> None:
    before = read_session(ctx, tenant.id, open_it(ctx, tenant))
    save_draft(ctx, tenant.id, before.id, {"quantities": {"line-1": 2}})
    clock.forward(hours=3)
    assert read_session(ctx, tenant.id, open_it(ctx, tenant)).draft["quantities"] == {"line-1": 2}
    assert read_session(ctx, tenant.id, open_it(ctx, tenant, "order-2")).draft == {}


def test_a_link_opens_its_order_once(ctx: Context, tenant: Tenant) -> None:
    link = make_link(ctx, tenant.id, saleor_order_id="order-1", email=RITA)
    assert read_session(ctx, tenant.id, use_link(ctx, tenant.id, link)).saleor_order_id == "order-1"
    with pytest.raises(NotSignedIn):
        use_link(ctx, tenant.id, link)


def test_a_link_lives_two_minutes(ctx: Context, tenant: Tenant, clock: FakeClock) -> None:
    link = make_link(ctx, tenant.id, saleor_order_id="order-1", email=RITA)
    clock.forward(minutes=2)
    with pytest.raises(NotSignedIn):
        use_link(ctx, tenant.id, link)


def test_nothing_that_opens_a_door_is_stored_as_it_is(ctx: Context, tenant: Tenant) -> None:
    handle = ask(ctx, tenant)
    code = mailed_code(ctx, tenant)
    link = make_link(ctx, tenant.id, saleor_order_id="order-1", email=RITA)
    token = open_it(ctx, tenant)
    with ctx.db.tenant(tenant.id) as session:
        rows = [*session.scalars(select(LoginCode)), *session.scalars(select(PortalLink))]
        stored = [
            str(value) for row in [*rows, *session.scalars(select(PortalSession))] for value in vars(row).values()
        ]
        mail = session.scalars(select(Notification)).one()
    assert not [value for value in stored if value in (handle, code, link, token)]
    assert mail.params["code"] != code


def test_what_ended_a_day_ago_is_forgotten_and_the_rest_is_not(
    ctx: Context, tenant: Tenant, clock: FakeClock, saleor: FakeSaleor
) -> None:
    saleor.orders["order-2"] = make_order("order-2", number="75", email="noor@example.com")
    ask(ctx, tenant)
    make_link(ctx, tenant.id, saleor_order_id="order-1", email=RITA)
    open_it(ctx, tenant)
    clock.forward(hours=26, minutes=1)
    ask(ctx, tenant)
    kept = open_it(ctx, tenant)
    forget_logins(ctx)
    with ctx.db.tenant(tenant.id) as session:
        assert len(session.scalars(select(LoginCode)).all()) == 1
        assert session.scalars(select(PortalLink)).all() == []
        assert len(session.scalars(select(PortalSession)).all()) == 1
    read_session(ctx, tenant.id, kept)
