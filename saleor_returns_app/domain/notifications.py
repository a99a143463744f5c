"""Mails to shoppers that a shop may leave out: they tell what happened and ask for nothing, and no law or money hangs on them."""

from __future__ import annotations

OPTIONAL: tuple[str, ...] = (
    "requested",
    "goods_received",
    "arranged",
    "replacement_ordered",
    "repair_diagnosed",
    "fulfilled",
    "closed",
    "extended",
    "complaint_acknowledged",
    "complaint_closed",
)
