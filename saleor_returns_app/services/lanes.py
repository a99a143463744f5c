"""One lane per order: claiming it takes the next fence; every write in the lane shows the fence it was claimed with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from .context import Context
from .orders import lock_lane

#: Saleor's own worker may go on this long after our time-out; only then does a read that shows nothing prove that nothing was sent.
GRACE = timedelta(seconds=40)
#: A plan older than this is not carried out by who made it.
STALE = timedelta(seconds=15)
#: When to look again, by the number of looks so far; the last one repeats.
LOOKS = tuple(timedelta(seconds=seconds) for seconds in (1, 2, 5, 15, 60, 300, 1800, 3600))


class LaneLost(Exception):
    """Another worker claimed the order's lane after us: stop at once, write nothing, call nobody."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A claim on one order. Whoever claims later makes this one worthless."""

    ctx: Context
    tenant_id: str
    saleor_order_id: str
    fence: int

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction in the lane. Raises LaneLost when the lane was claimed by another since."""
        with self.ctx.db.tenant(self.tenant_id) as session:
            if lock_lane(session, self.saleor_order_id).fence != self.fence:
                raise LaneLost(self.saleor_order_id)
            yield session


def claim_lane(ctx: Context, tenant_id: str, saleor_order_id: str, *, holder: str) -> Lane:
    with ctx.db.tenant(tenant_id) as session:
        row = lock_lane(session, saleor_order_id)
        row.fence += 1
        row.holder = holder
        fence = row.fence
    return Lane(ctx, tenant_id, saleor_order_id, fence)
