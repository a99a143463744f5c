"""A chain shows what was changed, taken out, added or moved."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from saleor_returns_app.domain.audit import BEGINNING, Checker, Deed, Link, seal
from tests.fakes import START


def chain(length: int = 5) -> list[Link]:
    links, previous = [], BEGINNING
    for number in range(1, length + 1):
        deed = Deed(
            tenant_id="ours", at=START, who="staff", actor_id="staff-1", action=f"act_{number}", subject="case",
            subject_id="case-1", params={"number": "R-1"},
        )  # fmt: skip
        sealed = seal(deed, sequence=number, previous=previous)
        links.append(Link(deed=deed, sequence=number, previous=previous, hash=sealed))
        previous = sealed
    return links


def test_a_chain_as_it_was_written_holds_in_pieces_too() -> None:
    checker, links = Checker(), chain()
    assert checker.check(links[:2]) is None
    assert checker.check(links[2:]) is None
    assert (checker.sequence, checker.hash) == (5, links[-1].hash)


@pytest.mark.parametrize(
    "changed",
    [
        {"tenant_id": "theirs"},
        {"at": START + timedelta(microseconds=1)},
        {"who": "system"},
        {"actor_id": "staff-2"},
        {"action": "approve"},
        {"subject": "settings"},
        {"subject_id": "case-2"},
        {"params": {"number": "R-2"}},
    ],
)
def test_every_part_of_a_row_is_sealed(changed: dict[str, Any]) -> None:
    links = chain()
    links[2] = replace(links[2], deed=replace(links[2].deed, **changed))
    broken = Checker().check(links)
    assert broken is not None
    assert (broken.sequence, "something else" in broken.reason) == (3, True)


def test_a_row_that_is_gone_is_missed() -> None:
    broken = Checker().check(chain()[:2] + chain()[3:])
    assert broken is not None
    assert (broken.sequence, broken.reason) == (3, "row 3 is missing: row 4 comes next")


def test_rows_that_changed_places_are_found() -> None:
    links = chain()
    links[1], links[2] = replace(links[2], sequence=2), replace(links[1], sequence=3)
    broken = Checker().check(links)
    assert broken is not None
    assert broken.sequence == 2


def test_a_row_that_was_put_between_is_found() -> None:
    links = chain()
    extra = links[1].deed
    added = Link(deed=extra, sequence=3, previous=links[1].hash, hash=seal(extra, sequence=3, previous=links[1].hash))
    later = [replace(link, sequence=link.sequence + 1) for link in links[2:]]
    broken = Checker().check([*links[:2], added, *later])
    assert broken is not None
    assert broken.sequence == 4
