"""A credit note on its Saleor order, as an invoice document: where the shop wants it and Saleor takes it.

It is a courtesy: an order that can have no invoice (one without a billing address) has none, and nobody is asked to do anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from saleor_returns_app.domain.effects import EffectKind, Finished, Sight, ToDo
from saleor_returns_app.errors import SaleorDenied, SaleorRefused
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.credit_notes import CreditNoteRow
from saleor_returns_app.models.effects import Effect

from .context import Context
from .credit_note_links import link_to
from .effects import plan_effect
from .ports import ShopConnection
from .waiting import settings_of

#: As long as most laws want invoices to be kept.
LIFETIME = timedelta(days=3653)


def plan_attachment(ctx: Context, session: Session, case: Case, row: CreditNoteRow) -> None:
    """Plan it with the note, for a shop that wants it."""
    if settings_of(session, case).attaches_credit_notes:
        what = {"number": row.number, "order_id": case.saleor_order_id}
        plan_effect(
            ctx, session, case,
            kind=EffectKind.INVOICE, key=f"invoice:{row.id}", lane=case.saleor_order_id, what=what,
        )  # fmt: skip


class Attaching:
    """Recognised by the note's number among the order's invoices. A refusal ends it: `result.refused` says why."""

    def look(self, ctx: Context, shop: ShopConnection, effect: Effect) -> Sight:
        if "refused" in effect.result:
            return Finished()
        try:
            known = ctx.saleor.list_invoices(shop, str(effect.what["order_id"]))
        except (SaleorRefused, SaleorDenied) as problem:
            return Finished({"refused": problem.message()})
        return Finished() if str(effect.what["number"]) in known else ToDo()

    def act(self, ctx: Context, shop: ShopConnection, effect: Effect, seen: Mapping[str, Any]) -> Mapping[str, Any]:  # noqa: ARG002
        number = str(effect.what["number"])
        url = link_to(ctx, effect.tenant_id, effect.case_id, number, lifetime=LIFETIME)
        try:
            ctx.saleor.create_invoice(shop, str(effect.what["order_id"]), number=number, url=url)
        except (SaleorRefused, SaleorDenied) as problem:
            return {"refused": problem.message()}
        return {}

    def done(self, ctx: Context, session: Session, case: Case, effect: Effect) -> None:
        """Nothing in the case waits for it."""

    def tidy(self, ctx: Context, shop: ShopConnection, effect: Effect) -> None:
        """It left no marks."""
