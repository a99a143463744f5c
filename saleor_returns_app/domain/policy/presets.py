"""Policies to begin with."""

from __future__ import annotations

from saleor_returns_app.domain.cases import Fault, Reason, Resolution

from . import actions as a
from . import conditions as c
from .document import PolicyDocument, Rule


def standard(*, window_days: int = 7) -> PolicyDocument:
    """Seven days from receipt, and what is not the shopper's fault is looked at afterwards, too."""
    return PolicyDocument(
        name="standard",
        rules=(
            Rule(
                id="faults",
                name="Not the shopper's fault",
                when=(c.FaultIs(values=(Fault.MERCHANT, Fault.CARRIER)),),
                then=(
                    a.Window(days=window_days, travel_days=3, after="needs_review"),
                    a.Postage(bearer=a.Bearer.MERCHANT),
                ),
            ),
            Rule(
                id="missing",
                name="Missing items",
                when=(c.ReasonIs(values=(Reason.MISSING,)),),
                then=(a.Resolutions(allowed=(Resolution.EXCHANGE, Resolution.REFUND)),),
            ),
            Rule(
                id="all",
                name="Everything else",
                then=(a.Window(days=window_days, travel_days=3), a.Postage(bearer=a.Bearer.SHOPPER)),
            ),
        ),
    )
