"""The terms of a case, from what the policy says of its lines."""

from __future__ import annotations

from collections.abc import Mapping

from saleor_returns_app.domain.cases import Resolution
from saleor_returns_app.domain.exchanges import Piece
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.terms import CaseTerms, Length, LengthUnit, PostageBearer

from .verdicts import CaseVerdict, Verdict


def case_terms(
    verdict: CaseVerdict,
    lines: Mapping[str, Verdict],
    *,
    wished: Resolution,
    worth: Money,
    shipping_cap: Money | None,
    mended: tuple[Piece, ...] = (),
) -> CaseTerms:
    """What holds until both sides agree on something else.

    `lines` are the verdicts by order line id: each is charged the fee of its own rule. `worth` is the refund that is expected: below
    the policy's limit the shopper keeps the goods. `mended` are the units that are repaired where something else is wished for the
    others; none where the goods are kept. `shipping_cap` is the cheapest standard shipping, where the law caps it.
    """
    said = verdict.terms
    keeps = said.keep_item_under is not None and worth < said.keep_item_under
    return CaseTerms(
        resolution=wished if wished in said.resolutions else Resolution.REFUND,
        keeps_item=keeps,
        pieces=() if keeps else mended,
        postage_bearer=PostageBearer(said.postage.value),
        merchant_percent=said.merchant_percent,
        line_percents={
            line_id: line.terms.restocking_percent for line_id, line in lines.items() if line.terms.restocking_percent
        },
        refunds_shipping=said.shipping,
        shipping_cap=shipping_cap if said.shipping_at_most_standard else None,
        second_approval_above=said.second_approval_above,
        auto_approve_up_to=said.auto_approve_up_to,
        statutory=said.statutory,
        return_address=said.address_text,
        address_key=said.address_key,
        methods=tuple(method.value for method in said.methods),
        deadlines=case_deadlines(verdict),
    )


def case_deadlines(verdict: CaseVerdict) -> dict[str, Length]:
    """How long a case waits for what, by the policy."""
    return {
        wait.value: Length(length.length, LengthUnit(length.unit)) for wait, length in verdict.terms.deadlines.items()
    }
