"""The tables of moves: every state can be reached and left as intended, and a refusal says what is possible instead."""

from __future__ import annotations

from enum import StrEnum
from itertools import product
from typing import Any

import pytest

from saleor_returns_app.domain.cases import (
    LINE_ACCEPTANCE,
    LINE_RECEPTION,
    OPEN,
    RELEASED,
    RETURN_CASE,
    SHOPPER_ACTIONS,
    STAFF_ACTIONS,
    Acceptance,
    AcceptanceEvent,
    CaseEvent,
    CaseStatus,
    Reception,
    ReceptionEvent,
)
from saleor_returns_app.domain.complaints import COMPLAINT, ComplaintEvent, ComplaintStatus
from saleor_returns_app.domain.effects import EFFECT, EffectEvent, EffectState
from saleor_returns_app.domain.machines import ANYONE, SHOPPER, STAFF, SYSTEM, Machine, Who
from saleor_returns_app.domain.offers import OFFER, OfferEvent, OfferStatus
from saleor_returns_app.domain.parcels import PARCEL, ParcelEvent, ParcelStatus
from saleor_returns_app.domain.payouts import PAYOUT, PayoutEvent, PayoutStatus
from saleor_returns_app.domain.refunds import CLAIMING, REFUND, SETTLED, UNDER_WAY, WATCHED, RefundEvent, RefundStatus
from saleor_returns_app.domain.refunds import STAFF_ACTIONS as REFUND_ACTIONS
from saleor_returns_app.errors import MoveRefused

#: Machine, its states and events, and the states that are meant to be ends.
MACHINES: dict[str, tuple[Machine[Any, Any], type[StrEnum], type[StrEnum], set[str]]] = {
    "return case": (RETURN_CASE, CaseStatus, CaseEvent, {"closed", "cancelled"}),
    "complaint": (COMPLAINT, ComplaintStatus, ComplaintEvent, {"withdrawn"}),
    "refund": (REFUND, RefundStatus, RefundEvent, {"succeeded", "recorded", "cancelled"}),
    "reception": (LINE_RECEPTION, Reception, ReceptionEvent, set()),  # can be counted anew
    "parcel": (PARCEL, ParcelStatus, ParcelEvent, {"delivered"}),
    "step": (EFFECT, EffectState, EffectEvent, {"done", "cancelled"}),
    "payout": (PAYOUT, PayoutStatus, PayoutEvent, {"confirmed", "declined", "withdrawn"}),
    "offer": (
        OFFER,
        OfferStatus,
        OfferEvent,
        {"accepted", "declined", "countered", "withdrawn", "lapsed"},
    ),
    "acceptance": (LINE_ACCEPTANCE, Acceptance, AcceptanceEvent, set()),
}
#: States that are settled though they can be corrected into one another.
CORRECTABLE: dict[str, set[str]] = {"reception": {"received", "short", "lost"}, "acceptance": {"accepted", "refused"}}
#: Written down for a feature that is not there yet.
WAITING_FOR_A_FEATURE = {Reception.UNEXPECTED}

every_machine = pytest.mark.parametrize("name", MACHINES)


@every_machine
def test_every_state_can_be_reached(name: str) -> None:
    machine, states, _, _ = MACHINES[name]
    assert machine.reachable() == set(states) - WAITING_FOR_A_FEATURE


@every_machine
def test_the_ends_are_the_ones_that_are_meant(name: str) -> None:
    machine, _, _, ends = MACHINES[name]
    assert {state.value for state in machine.ends()} == ends


@every_machine
def test_every_state_has_a_way_to_an_end(name: str) -> None:
    machine, _, _, _ = MACHINES[name]
    good = set(machine.ends()) | {state for state in machine.states() if state in CORRECTABLE.get(name, ())}
    while more := {move.source for move in machine.moves if move.target in good} - good:
        good |= more
    assert good == set(machine.states())


@every_machine
def test_every_event_happens_somewhere(name: str) -> None:
    machine, _, events, _ = MACHINES[name]
    assert {move.event for move in machine.moves} == set(events)


@every_machine
def test_every_move_is_somebodys(name: str) -> None:
    machine, _, _, _ = MACHINES[name]
    assert [move for move in machine.moves if not move.who or not move.who <= set(Who)] == []


@every_machine
def test_a_move_is_made_by_those_in_its_row_and_refused_to_everybody_else(name: str) -> None:
    machine, states, events, _ = MACHINES[name]
    rows = {(move.source, move.event): move for move in machine.moves}
    for state, event, who in product(states, events, Who):
        row = rows.get((state, event))
        if row is not None and who in row.who:
            assert machine.move(state, event, who) is row.target
        else:
            with pytest.raises(MoveRefused) as refusal:
                machine.move(state, event, who)
            assert refusal.value.possible == machine.possible(state, who)


@every_machine
def test_possible_events_come_in_the_tables_order(name: str) -> None:
    machine, states, _, _ = MACHINES[name]
    for state, who in product(states, Who):
        rows = [move.event for move in machine.moves if move.source is state and who in move.who]
        assert list(machine.possible(state, who)) == rows


@every_machine
def test_nothing_is_possible_at_an_end(name: str) -> None:
    machine, _, _, _ = MACHINES[name]
    assert [
        machine.possible(state, who) for state, who in product(machine.ends(), Who) if machine.possible(state, who)
    ] == []


@pytest.mark.parametrize(
    ("state", "event", "who", "text"),
    [
        (
            CaseStatus.RECEIVED,
            CaseEvent.CANCEL,
            Who.STAFF,
            "Cannot cancel this return case: it is received. Possible now: receive, inspect.",
        ),
        (
            CaseStatus.REQUESTED,
            CaseEvent.APPROVE,
            Who.SHOPPER,
            "Cannot approve this return case: it is requested. Possible now: negotiate, cancel.",
        ),
        (
            CaseStatus.AWAITING_EVIDENCE,
            CaseEvent.ASK_EVIDENCE,
            Who.SHOPPER,
            "Cannot ask evidence this return case: it is awaiting evidence. Possible now: provide evidence, cancel.",
        ),
        (
            CaseStatus.CLOSED,
            CaseEvent.APPROVE,
            Who.STAFF,
            "Cannot approve this return case: it is closed. Possible now: -.",
        ),
    ],
)
def test_a_refusal_says_what_is_possible_instead(state: CaseStatus, event: CaseEvent, who: Who, text: str) -> None:
    with pytest.raises(MoveRefused) as refusal:
        RETURN_CASE.move(state, event, who)
    assert refusal.value.message() == text
    assert (refusal.value.code, refusal.value.status) == ("MOVE_REFUSED", 409)


def test_a_refund_is_named_in_its_refusals() -> None:
    with pytest.raises(MoveRefused, match=r"Cannot retry this refund: it is pending\. Possible now: -"):
        REFUND.move(RefundStatus.PENDING, RefundEvent.RETRY, Who.STAFF)


def test_a_table_with_two_rows_for_one_move_is_refused() -> None:
    rows = [
        (Acceptance.UNDECIDED, AcceptanceEvent.ACCEPT, Acceptance.ACCEPTED, STAFF),
        (Acceptance.UNDECIDED, AcceptanceEvent.ACCEPT, Acceptance.REFUSED, SYSTEM),
    ]
    with pytest.raises(ValueError, match="two rows"):
        Machine("thing", Acceptance.UNDECIDED, rows)


def test_an_unreachable_state_and_a_dead_end_would_be_seen() -> None:
    """The checks above look at `reachable` and `ends`: they must tell a table that is wrong."""
    machine = Machine(
        "thing",
        Reception.ANNOUNCED,
        [
            (Reception.ANNOUNCED, ReceptionEvent.COUNT_ALL, Reception.RECEIVED, ANYONE),
            (Reception.SHORT, ReceptionEvent.COUNT_NONE, Reception.LOST, SHOPPER),
        ],
    )
    assert machine.reachable() == {Reception.ANNOUNCED, Reception.RECEIVED}
    assert machine.ends() == {Reception.RECEIVED, Reception.LOST}


@pytest.mark.parametrize(
    ("who", "forbidden"),
    [
        (Who.SHOPPER, {"approve", "reject", "receive", "inspect", "resolve", "conclude", "settle", "expire", "uphold"}),
        (Who.SYSTEM, {"cancel", "receive", "inspect", "conclude", "dispute", "uphold", "overturn"}),
        (Who.STAFF, {"expire"}),
    ],
)
def test_some_moves_of_a_case_are_never_someones(who: Who, forbidden: set[str]) -> None:
    made = {move.event.value for move in RETURN_CASE.moves if who in move.who}
    assert made & forbidden == set()


def test_goods_are_never_paid_before_they_were_inspected_unless_they_stay_with_the_shopper() -> None:
    assert {move.source for move in RETURN_CASE.moves if move.target is CaseStatus.RESOLVING} == {
        CaseStatus.INSPECTED,
        CaseStatus.APPROVED,
    }


def test_shoppers_have_no_say_in_refunds() -> None:
    assert [move for move in REFUND.moves if Who.SHOPPER in move.who] == []


def test_only_people_approve_money() -> None:
    assert {move.who for move in REFUND.moves if move.event in (RefundEvent.APPROVE, RefundEvent.RECORD)} == {STAFF}


def test_no_refund_is_cancelled_while_money_may_be_moving() -> None:
    sources = {move.source for move in REFUND.moves if move.event is RefundEvent.CANCEL}
    assert sources == {RefundStatus.PROPOSED, RefundStatus.FAILED}


def test_a_request_that_may_have_arrived_is_not_repeated_without_doubt_being_cleared() -> None:
    """From requested or pending no event leads back to a state that requests."""
    again = {RefundStatus.APPROVED, RefundStatus.GRANTED}
    assert not {move.source for move in REFUND.moves if move.target in again} & {
        RefundStatus.REQUESTED,
        RefundStatus.PENDING,
        RefundStatus.SUCCEEDED,
    }


@pytest.mark.parametrize(
    ("actions", "machine", "who"),
    [
        (STAFF_ACTIONS, RETURN_CASE, Who.STAFF),
        (SHOPPER_ACTIONS, RETURN_CASE, Who.SHOPPER),
        (REFUND_ACTIONS, REFUND, Who.STAFF),
    ],
    ids=["staff on cases", "shoppers on cases", "staff on refunds"],
)
def test_what_pages_offer_is_somewhere_possible(actions: tuple[Any, ...], machine: Machine[Any, Any], who: Who) -> None:
    made = {move.event for move in machine.moves if who in move.who}
    assert set(actions) <= made


def test_a_released_case_is_over_and_an_open_one_is_not() -> None:
    assert set() == RELEASED & OPEN
    assert RETURN_CASE.ends() & OPEN == set()
    assert set(CaseStatus) - OPEN == RELEASED | {CaseStatus.CLOSED, CaseStatus.RESOLVED}


def test_every_state_of_a_refund_is_either_settled_or_claims_its_units() -> None:
    assert set(RefundStatus) - CLAIMING == {RefundStatus.CANCELLED}
    assert REFUND.ends() == SETTLED
    assert UNDER_WAY == WATCHED
    assert set() == UNDER_WAY & SETTLED


def test_a_proposed_refund_that_a_person_pays_by_hand_claims_its_units() -> None:
    """Else a second case of the order would quote the same shipping and gift card again."""
    assert RefundStatus.PROPOSED in CLAIMING
