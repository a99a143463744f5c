"""What every page needs: links, and amounts and times as people read them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from babel.dates import format_date
from babel.numbers import format_currency
from flask import current_app

from demo.shop.model.apps import App
from demo.shop.money import Money
from demo.shop.shop import Shop
from demo.shop.web.current import current_shop


def money_of(amount: Decimal, currency: str) -> str:
    return format_currency(amount, currency, locale="en_US")


def money(value: Money) -> str:
    return money_of(value.amount, value.currency)


def day(moment: datetime) -> str:
    return format_date(moment, format="long", locale="en_US")


def clock(moment: datetime) -> str:
    return moment.astimezone().strftime("%H:%M:%S")


def installed_app(shop: Shop) -> App | None:
    """The newest app that came with a manifest: the one that the order page embeds."""
    found = [app for app in shop.state.apps.values() if app.manifest_url and app.is_active]
    return found[-1] if found else None


def app_url(shop: Shop) -> str:
    """Where the installed app lives, without a slash at the end; empty when there is none."""
    app = installed_app(shop)
    parts = urlsplit((app and (app.app_url or app.manifest_url)) or "")
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def portal_url(shop: Shop) -> str:
    """The app's returns portal for this shop, named after the shop; empty when no app is installed."""
    base = app_url(shop)
    return f"{base}/r/{portal_name(shop)}" if base else ""


def portal_name(shop: Shop) -> str:
    """The shop's name in the app's addresses, made of the shop's own name."""
    return "-".join(shop.settings.name.lower().split())


def for_pages() -> dict[str, Any]:
    """The context of every template."""
    shop = current_shop()
    links = [("Shop", "/"), ("Dashboard", "/dashboard/"), ("Provider", "/provider/")]
    if "mailbox" in current_app.extensions:
        links.append(("Mailbox", "/mailbox/"))
    if portal := portal_url(shop):
        links.append(("Returns portal", portal))
    readers = {"money": money, "money_of": money_of, "day": day, "clock": clock}
    return {
        "shop": shop,
        "links": links,
        "app_url": app_url(shop),
        "portal_url": portal,
        "portal_name": portal_name(shop),
        **readers,
    }
