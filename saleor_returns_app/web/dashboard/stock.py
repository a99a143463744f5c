"""The list of goods to put on stock outside Saleor."""

from __future__ import annotations

from flask import Response, request

from saleor_returns_app.services.stock_lists import as_csv, read_stock_list, take_from_list
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.i18n import ngettext

from .access import visit
from .answers import fragment, notify


def show_list() -> Response:
    found = read_stock_list(ctx(), visit().tenant_id, actor=visit().actor)
    return fragment("stock_list.html", found=found, table=as_csv(found.lines), settings=visit().tenant.settings)


def take() -> Response:
    """Take the chosen lines off the list: they are in the other system."""
    taken = take_from_list(ctx(), visit().tenant_id, actor=visit().actor, effect_ids=request.form.getlist("case"))
    text = ngettext("%(num)s line taken from the list", "%(num)s lines taken from the list", taken) % {"num": taken}
    return notify(show_list(), text)
