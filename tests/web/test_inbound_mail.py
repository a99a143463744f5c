"""The door for mails of a mail server: only who knows its address gets in."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr

from saleor_returns_app.services.context import Context
from saleor_returns_app.services.inbound_mail import reply_address
from saleor_returns_app.web import build_web
from tests.services.journeys import Shop
from tests.services.test_inbound_mail import written


@pytest.fixture
def open_ctx(ctx: Context) -> Context:
    changes = {"mail_inbound": "reply@in.returns.test", "mail_inbound_secret": SecretStr("hush")}
    return replace(ctx, settings=ctx.settings.model_copy(update=changes))


def door(ctx: Context) -> FlaskClient:
    return build_web(ctx).test_client()


def test_a_mail_is_taken_in(open_ctx: Context, tenant, staff, shopper) -> None:  # type: ignore[no-untyped-def]
    case_id = Shop(open_ctx, tenant.id, staff, shopper).request()
    raw = written(reply_address(open_ctx, case_id)).as_bytes()
    answer = door(open_ctx).post("/api/mail/inbound/hush", data=raw, content_type="message/rfc822")
    assert (answer.status_code, answer.json) == (200, {"outcome": "added"})


def test_what_is_not_for_us_is_answered_well_so_that_nobody_asks_again(open_ctx: Context) -> None:
    answer = door(open_ctx).post("/api/mail/inbound/hush", data=written("you@example.com").as_bytes())
    assert (answer.status_code, answer.json) == (200, {"outcome": "unknown"})


def test_without_the_secret_there_is_nothing(open_ctx: Context, ctx: Context) -> None:
    assert door(open_ctx).post("/api/mail/inbound/guess", data=b"x").status_code == 404
    for secret in ("", "x"):
        assert door(ctx).post(f"/api/mail/inbound/{secret}", data=b"x").status_code == 404
