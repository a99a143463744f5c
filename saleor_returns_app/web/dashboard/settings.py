"""What the shop sets for its returns."""

from __future__ import annotations

from flask import Response, request

from saleor_returns_app.domain.tenants import TenantSettings
from saleor_returns_app.domain.tenders import SplitRule
from saleor_returns_app.domain.terms import ShippingRule
from saleor_returns_app.errors import AppError
from saleor_returns_app.services.tenant_settings import NEEDED, change_settings
from saleor_returns_app.web.brand import DEFAULT
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.i18n import gettext

from .access import visit
from .answers import fragment, notify
from .forms import EMPTY, Form
from .words import word


def show_settings() -> Response:
    return _page(TenantSettings.load(visit().tenant.settings))


def _page(settings: TenantSettings, *, status: int = 200, form: Form = EMPTY) -> Response:
    return fragment(
        "settings.html",
        status=status,
        settings=settings,
        form=form,
        warehouses=list_warehouses(settings.restock_warehouse),
        rules={rule: word(rule) for rule in ShippingRule},
        bodies="\n".join(
            f"{country}: {body}" if country else body for country, body in settings.dispute_bodies.items()
        ),
        may_change=NEEDED in visit().actor.permissions,
        needed=NEEDED,
        usual_color=DEFAULT,
        portal=f"{ctx().settings.base_url}/r/{visit().tenant.slug}",
    )


def list_warehouses(*chosen: str) -> dict[str, str]:
    """The shop's warehouses by id. A shop that does not answer costs the choice, not the page: what was chosen stays."""
    try:
        found = ctx().saleor.list_warehouses(ctx().shop(visit().tenant_id))
    except AppError:
        found = ()
    names = {warehouse.id: warehouse.name for warehouse in found}
    before = gettext("The one that was chosen before")
    return names | {known: before for known in chosen if known and known not in names}


def save_settings() -> Response:
    def typed(name: str) -> str:
        return request.form.get(name, "")

    try:
        settings = change_settings(
            ctx(),
            visit().tenant_id,
            actor=visit().actor,
            return_address=typed("return_address"),
            window_days=typed("window_days"),
            shipping_rule=typed("shipping_rule"),
            brand_color=typed("brand_color"),
            contact_email=typed("contact_email"),
            seller=typed("seller"),
            attaches_credit_notes=typed("attaches_credit_notes"),
            evidence_days=typed("evidence_days"),
            spot_check_percent=typed("spot_check_percent"),
            restocks=request.form.get("restocks", "yes"),
            restock_warehouse=typed("restock_warehouse"),
            payment_page=typed("payment_page"),
            dispute_bodies=typed("dispute_bodies"),
            asks_opinion=request.form.get("asks_opinion", "yes"),
            sends_replacements_first=typed("sends_replacements_first"),
            split_rule=request.form.get("split_rule", SplitRule.IN_ORDER),
            tells_of_withdrawal=request.form.get("tells_of_withdrawal", "yes"),
        )
    except AppError as problem:
        stored = TenantSettings.load(visit().tenant.settings)
        return _page(stored, status=problem.status, form=Form.refused(problem))
    return notify(_page(settings), gettext("Settings saved"))
