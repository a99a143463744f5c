"""Choosing what is sent for the items of a case: what there is, at which difference, and what was picked of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import Resolution
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.offers import BY_PIECES, OfferKind
from saleor_returns_app.domain.quote_lines import unit_worths
from saleor_returns_app.errors import BadInput
from saleor_returns_app.models.cases import Case, ReturnLine
from saleor_returns_app.services.choosing import Pick, list_choices
from saleor_returns_app.services.orders import mirrored_order
from saleor_returns_app.services.ports import Variant
from saleor_returns_app.web.current import ctx


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What can be sent for one line of a case. `paid`: for one unit of it; None where it is no longer in the order."""

    line: ReturnLine
    variants: tuple[Variant, ...]
    paid: Money | None
    search: str = ""

    @property
    def units_name(self) -> str:
        return f"units_{self.line.order_line_id}"

    @property
    def again_name(self) -> str:
        return f"again_{self.line.order_line_id}"

    @property
    def repair_name(self) -> str:
        return f"repair_{self.line.order_line_id}"

    @property
    def variant_name(self) -> str:
        return f"variant_{self.line.order_line_id}"

    @property
    def search_name(self) -> str:
        return f"search_{self.line.order_line_id}"

    def more(self, variant: Variant) -> Money | None:
        """What one unit costs more than was paid; below zero where it costs less."""
        return None if self.paid is None else variant.price - self.paid


def read_choices(tenant_id: str, case: Case, *, actor: Actor, typed: Mapping[str, str]) -> list[Choice]:
    """One choice a line, as the shop's catalogue and stock are now."""
    with ctx().db.tenant(tenant_id) as session:
        order = mirrored_order(session, case.saleor_order_id)
    found = []
    for line in case.lines:
        search = typed.get(f"search_{line.order_line_id}", "").strip()[:100]
        bought = order.line(line.order_line_id)
        worths = unit_worths(bought) if bought else ()
        variants = list_choices(ctx(), tenant_id, case.id, actor=actor, order_line_id=line.order_line_id, search=search)
        found.append(Choice(line=line, variants=variants, paid=worths[0][0] if worths else None, search=search))
    return found


def typed_picks(case: Case, typed: Mapping[str, str]) -> tuple[Pick, ...]:
    """What was picked. Raises BadInput naming the field for units that are no number, and where nothing was picked at all."""
    found = []
    for line in case.lines:
        units = _units(typed, f"units_{line.order_line_id}")
        again = _units(typed, f"again_{line.order_line_id}")
        mended = _units(typed, f"repair_{line.order_line_id}")
        if units:
            found.append(
                Pick(
                    order_line_id=line.order_line_id,
                    quantity=units,
                    resolution=Resolution.EXCHANGE,
                    variant_id=typed.get(f"variant_{line.order_line_id}", "").strip()[:120],
                )
            )
        if again:
            found.append(Pick(order_line_id=line.order_line_id, quantity=again, resolution=Resolution.RESHIP))
        if mended:
            found.append(Pick(order_line_id=line.order_line_id, quantity=mended, resolution=Resolution.REPAIR))
    if not found:
        raise BadInput("Choose at least one item.", code="NOTHING_CHOSEN", field="pieces")
    return tuple(found)


def _units(typed: Mapping[str, str], name: str) -> int:
    said = typed.get(name, "").strip()
    if not said:
        return 0
    if not re.fullmatch(r"[0-9]{1,4}", said):
        raise BadInput("Write how many, as a whole number.", code="UNITS", field=name)
    return int(said)


def kind_of(picks: Sequence[Pick]) -> OfferKind:
    """The kind of an offer of these: an exchange where anything is exchanged, a repair where nothing is sent."""
    wanted = {pick.resolution for pick in picks}
    return next(kind for kind, fitting in BY_PIECES.items() if wanted <= fitting)
