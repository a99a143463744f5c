"""Deleting evidence: what was taken back, what was never sent, what was kept long enough, and what a crash left over.

A row that is marked as deleted is the plan: its files go first, then the row, so that nothing is ever left that no row names.
"""

from __future__ import annotations

from datetime import timedelta

import structlog
from sqlalchemy import delete, select, update

from saleor_returns_app.domain.evidence import ABANDONED_AFTER, OVER, EvidenceState
from saleor_returns_app.domain.tenants import TenantSettings
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.evidence import Evidence
from saleor_returns_app.models.tenants import Tenant

from .context import Context

#: A file without a row is younger than this only while its upload is under way.
UPLOADED_WITHIN = timedelta(hours=1)
#: Days back that are looked through for files without a row: those of the days before were looked through then.
_DAYS_BACK = 3
_MOST = 200
log = structlog.get_logger()


def remove_deleted_files(ctx: Context) -> int:
    """Delete the files of rows that are marked, then the rows; gives how many. Raises StorageUnavailable: the rows stay."""
    with ctx.db.everyone() as session:
        rows = session.scalars(
            select(Evidence).where(Evidence.state == EvidenceState.DELETED).order_by(Evidence.created_at).limit(_MOST)
        ).all()
    if not rows:
        return 0
    ctx.storage.delete([key for row in rows for key in (row.storage_key, row.thumbnail_key) if key])
    with ctx.db.everyone() as session:
        session.execute(delete(Evidence).where(Evidence.id.in_([row.id for row in rows])))
    log.info("evidence.removed", files=len(rows))
    return len(rows)


def retire_evidence(ctx: Context) -> None:
    """Mark what belongs to cases that were over for as many days as the shop keeps evidence, and what was never sent."""
    now = ctx.now()
    marked = {"state": EvidenceState.DELETED, "deleted_at": now}
    with ctx.db.everyone() as session:
        tenants = session.execute(select(Tenant.id, Tenant.settings)).all()
    for tenant_id, stored in tenants:
        days = TenantSettings.load(stored).evidence_days
        ended = select(Case.id).where(Case.status.in_(sorted(OVER)), Case.updated_at < now - timedelta(days=days))
        ready = Evidence.state == EvidenceState.READY
        with ctx.db.tenant(tenant_id) as session:
            change = update(Evidence).values(marked).execution_options(synchronize_session=False)
            session.execute(change.where(ready, Evidence.case_id.in_(ended)))
            session.execute(
                change.where(ready, Evidence.case_id.is_(None), Evidence.created_at < now - ABANDONED_AFTER)
            )


def sweep_orphans(ctx: Context) -> int:
    """Delete files of the last days that no row names: their upload died between the two; gives how many."""
    now = ctx.now()
    swept = 0
    with ctx.db.everyone() as session:
        tenants = session.scalars(select(Tenant.id)).all()
    for tenant_id in tenants:
        for back in range(_DAYS_BACK):
            day = f"{now - timedelta(days=back):%Y-%m-%d}"
            stored = [
                found.key
                for found in ctx.storage.list_files(f"{tenant_id}/{day}")
                if found.stored_at < now - UPLOADED_WITHIN
            ]
            lost = _without_row(ctx, tenant_id, stored)
            ctx.storage.delete(lost)
            swept += len(lost)
    if swept:
        log.warning("evidence.orphans", files=swept)
    return swept


def _without_row(ctx: Context, tenant_id: str, keys: list[str]) -> list[str]:
    known: set[str] = set()
    with ctx.db.tenant(tenant_id) as session:
        for begin in range(0, len(keys), _MOST):
            part = keys[begin : begin + _MOST]
            for column in (Evidence.storage_key, Evidence.thumbnail_key):
                known.update(session.scalars(select(column).where(column.in_(part))))
    return [key for key in keys if key not in known]


def erase_evidence(ctx: Context, tenant_id: str) -> None:
    """Delete every file of a shop whose data are due to be erased, with or without a row. Raises StorageUnavailable."""
    with ctx.db.tenant(tenant_id) as session:
        # Marked first: should the shop come back at this moment, it has no photos rather than broken ones.
        session.execute(
            update(Evidence)
            .values({"state": EvidenceState.DELETED, "deleted_at": ctx.now()})
            .execution_options(synchronize_session=False)
        )
    ctx.storage.delete([found.key for found in ctx.storage.list_files(tenant_id)])
