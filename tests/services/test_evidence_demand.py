"""What the policy demands of photos is said before anything is opened; staff are not held up by it."""

from __future__ import annotations

import pytest

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import CaseStatus
from saleor_returns_app.domain.evidence import EvidenceKind, lacking_evidence
from saleor_returns_app.domain.policy import actions
from saleor_returns_app.errors import Conflict

from .journeys import Shop
from .test_deciding import publish


def test_a_shopper_without_the_photos_is_told_how_many_are_missing(shop: Shop, staff: Actor) -> None:
    publish(shop, staff, actions.Evidence(photos=2))
    with pytest.raises(Conflict, match="please add 2 more") as refused:
        shop.request()
    assert refused.value.code == "EVIDENCE"


def test_staff_open_it_all_the_same(shop: Shop, staff: Actor) -> None:
    publish(shop, staff, actions.Evidence(photos=2))
    assert shop.case(shop.request(actor=staff)).status == CaseStatus.REQUESTED


@pytest.mark.parametrize(
    ("ready", "params"),
    [
        ({}, {"count": 2}),
        ({EvidenceKind.PHOTO: 1}, {"count": 1}),
        ({EvidenceKind.PHOTO: 2}, {}),
        ({EvidenceKind.PHOTO: 3, EvidenceKind.VIDEO: 1}, None),
    ],
)
def test_photos_first_then_the_video(ready: dict[EvidenceKind, int], params: dict[str, int] | None) -> None:
    lacking = lacking_evidence(photos=2, video=True, ready=ready)
    assert (lacking.params if lacking else None) == params
