"""How a shop behaves; all of it may be changed while it runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class ShopSettings:
    """Times are seconds."""

    version: str = "3.23.28"
    """The Saleor it plays: decides what the schema knows and which webhooks exist."""
    name: str = "Demo Shop"
    race_gap: float = 0.004
    """Between checking and acting, as a database round trip would lie there: parallel writers see the same state."""
    provider_timeout: float = 18.0
    """How long an answer of the payment provider is waited for."""
    retry_base: float = 10.0
    """Webhooks that failed are sent again after base × 2ⁿ, 5 times."""
    access_token_life: float = 300.0
    refund_reason_type: bool = False
    """Whether refunds need a reason from a page type (`refundSettings`, 3.22+)."""
