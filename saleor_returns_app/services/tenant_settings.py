"""What a shop sets for itself."""

from __future__ import annotations

import re
from dataclasses import asdict

from sqlalchemy import select, update

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import CaseStatus
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.domain.tenants import TenantSettings
from saleor_returns_app.domain.tenders import SplitRule
from saleor_returns_app.domain.terms import CaseTerms, ShippingRule
from saleor_returns_app.errors import BadInput, NotFound
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.tenants import Tenant

from .context import Context
from .guards import require_permission, require_role

#: Whoever may manage the app itself may change its settings: the window and the address bind everyone, so orders alone are not enough.
NEEDED = "MANAGE_APPS"
LONGEST_ADDRESS = 1000
LONGEST_WINDOW = 3650
LONGEST_BODY, MOST_BODIES = 500, 60
_OWN = (
    *("return_address", "window_days", "shipping_rule", "brand_color", "contact_email"),
    *("seller", "attaches_credit_notes", "evidence_days", "spot_check_percent", "tells_of_withdrawal"),
    *("restocks", "restock_warehouse"),
    *("dispute_bodies", "asks_opinion"),
    *("payment_page", "sends_replacements_first", "split_rule"),
)
_SENDING = (CaseStatus.APPROVED, CaseStatus.IN_TRANSIT)
_PAGE = re.compile(
    r"(?:https://[A-Za-z0-9.-]{1,200}|http://(?:localhost|127\.0\.0\.1))(?::[0-9]{1,5})?/[^\s<>\"']{0,300}"
)
_BODY = re.compile(r"([A-Z]{2}): *(.+)")
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_EMAIL = re.compile(r"[^@\s<>\"',;]{1,64}@[^@\s<>\"',;]{1,190}\.[^@\s<>\"',;.]{2,60}")


def change_settings(
    ctx: Context,
    tenant_id: str,
    *,
    actor: Actor,
    return_address: str,
    window_days: str,
    shipping_rule: str,
    brand_color: str,
    contact_email: str,
    evidence_days: str = "",
    spot_check_percent: str = "",
    tells_of_withdrawal: str = "yes",
    restocks: str = "yes",
    restock_warehouse: str = "",
    seller: str = "",
    attaches_credit_notes: str = "no",
    payment_page: str = "",
    sends_replacements_first: str = "no",
    split_rule: str = SplitRule.IN_ORDER,
    dispute_bodies: str = "",
    asks_opinion: str = "yes",
) -> TenantSettings:
    """Change what the shop's settings page offers, from what was typed there. Raises BadInput naming the field."""
    require_permission(actor, NEEDED)
    require_role(actor, Verb.CONFIGURE)
    settings = TenantSettings(
        return_address=_address(return_address, "return_address"),
        seller=_address(seller, "seller"),
        attaches_credit_notes=attaches_credit_notes == "yes",
        window_days=_days(window_days),
        shipping_rule=_rule(shipping_rule),
        brand_color=_color(brand_color),
        contact_email=_email(contact_email),
        evidence_days=_evidence_days(evidence_days),
        spot_check_percent=_percent(spot_check_percent),
        tells_of_withdrawal=tells_of_withdrawal == "yes",
        payment_page=_page(payment_page),
        sends_replacements_first=sends_replacements_first == "yes",
        split_rule=_split(split_rule),
        dispute_bodies=_bodies(dispute_bodies),
        asks_opinion=asks_opinion == "yes",
        restocks=restocks == "yes",
        restock_warehouse=restock_warehouse.strip()[:120],
    )
    with ctx.db.everyone() as session:
        tenant = session.get(Tenant, tenant_id, with_for_update=True)
        if tenant is None:
            raise NotFound("This shop is not known here.", code="UNKNOWN_SHOP")
        # What has a page of its own and what a newer release keeps beside these stays.
        values = asdict(settings)
        tenant.settings = {**tenant.settings, **{name: values[name] for name in _OWN}}
        # Returns that were approved before there was an address get it now; one that was told is kept.
        untold = (Case.tenant_id == tenant_id, Case.status.in_(_SENDING), Case.return_address == "")
        waiting = [
            case_id
            for case_id, terms in session.execute(select(Case.id, Case.terms).where(*untold))
            if not CaseTerms.load(terms or {}).keeps_item  # what the shopper keeps is sent nowhere
        ]
        session.execute(
            update(Case).where(*untold, Case.id.in_(waiting)).values(return_address=settings.return_address)
        )
        return TenantSettings.load(tenant.settings)


def _address(text: str, field: str) -> str:
    lines = [line.strip() for line in text.strip().splitlines()]
    address = "\n".join(line for line in lines if line)
    if len(address) > LONGEST_ADDRESS:
        said = "The address is too long: at most %(most)s characters."
        raise BadInput(said, code="TOO_LONG", field=field, most=LONGEST_ADDRESS)
    return address


def _bodies(text: str) -> dict[str, str]:
    """One a line, “DE: name and address”; a line without a country stands for all others."""
    found: dict[str, str] = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        named = _BODY.fullmatch(line)
        country, body = (named[1], named[2]) if named else ("", line)
        if len(body) > LONGEST_BODY or country in found:
            said = "Write each body on a line of its own, like “DE: name and address”, at most %(most)s characters."
            raise BadInput(said, code="BODIES", field="dispute_bodies", most=LONGEST_BODY)
        found[country] = body
    if len(found) > MOST_BODIES:
        raise BadInput("At most %(most)s lines.", code="BODIES", field="dispute_bodies", most=MOST_BODIES)
    return found


def _page(text: str) -> str:
    page = text.strip()
    if page and not (_PAGE.fullmatch(page) and ("{order}" in page or "{number}" in page)):
        said = (
            "Write an https address with {order} or {number} where the order's id or number belongs, "
            "like https://shop.example/pay/{order}."
        )
        raise BadInput(said, code="PAGE", field="payment_page")
    return page


def _days(text: str) -> int:
    said = text.strip()
    if not (said.isascii() and said.isdigit() and len(said) <= 4 and int(said) <= LONGEST_WINDOW):
        message = "Write the days as a whole number from 0 to %(most)s."
        raise BadInput(message, code="WINDOW", field="window_days", most=LONGEST_WINDOW)
    return int(said)


def _evidence_days(text: str) -> int:
    said = text.strip()
    if not said:
        return TenantSettings().evidence_days
    if not (said.isascii() and said.isdigit() and len(said) <= 4 and 1 <= int(said) <= LONGEST_WINDOW):
        message = "Write the days as a whole number from 1 to %(most)s."
        raise BadInput(message, code="EVIDENCE_DAYS", field="evidence_days", most=LONGEST_WINDOW)
    return int(said)


def _percent(text: str) -> int:
    said = text.strip() or "0"
    if not (said.isascii() and said.isdigit() and len(said) <= 3 and int(said) <= 100):
        raise BadInput("Write a whole number from 0 to 100.", code="PERCENT", field="spot_check_percent")
    return int(said)


def _rule(text: str) -> ShippingRule:
    try:
        return ShippingRule(text)
    except ValueError as error:
        raise BadInput("Choose one of the rules.", code="SHIPPING_RULE", field="shipping_rule") from error


def _split(text: str) -> SplitRule:
    try:
        return SplitRule(text)
    except ValueError as error:
        raise BadInput("Choose one of the rules.", code="SPLIT_RULE", field="split_rule") from error


def _color(text: str) -> str:
    said = text.strip()
    if said and not _COLOR.fullmatch(said):
        raise BadInput("Write the colour like #1a73e8.", code="COLOR", field="brand_color")
    return said.lower()


def _email(text: str) -> str:
    said = text.strip()
    if said and not _EMAIL.fullmatch(said):
        raise BadInput("This does not look like an e-mail address.", code="EMAIL", field="contact_email")
    return said
