"""Redraws what the docs take from the code: `make docs`. A test fails when a file is stale."""

from __future__ import annotations

import dataclasses
import inspect
from enum import StrEnum
from pathlib import Path
from typing import get_args

from saleor_returns_app.config import PREFIX, Settings
from saleor_returns_app.domain.cases import LINE_ACCEPTANCE, LINE_RECEPTION, RETURN_CASE
from saleor_returns_app.domain.complaints import COMPLAINT
from saleor_returns_app.domain.deadlines import PROTOCOL, WAITING, TimeOut, Wait
from saleor_returns_app.domain.effects import EFFECT
from saleor_returns_app.domain.exchanges import EXCHANGE
from saleor_returns_app.domain.machines import Machine, Who
from saleor_returns_app.domain.offers import OFFER
from saleor_returns_app.domain.parcels import PARCEL
from saleor_returns_app.domain.payouts import PAYOUT
from saleor_returns_app.domain.policy.actions import Then
from saleor_returns_app.domain.policy.conditions import When
from saleor_returns_app.domain.policy.presets import PRESETS
from saleor_returns_app.domain.policy.rights import RIGHTS, WithdrawalRight
from saleor_returns_app.domain.refunds import REFUND
from saleor_returns_app.domain.repairs import REPAIR

DOCS = Path(__file__).parent
BEGIN, END = "<!-- settings: written by `make docs` -->", "<!-- end of settings -->"


def machine_page() -> str:
    """docs/machines.md: every state machine as a diagram and a table."""
    parts = [
        "# States and moves\n",
        "Written by `make docs` from the tables in the code, which decide what is possible.\n",
        _section("Return case", RETURN_CASE),
        _section("Complaint", COMPLAINT),
        _section("Refund", REFUND),
        _section("Offer", OFFER),
        _section("Payout", PAYOUT),
        _section("Parcel", PARCEL),
        _section("Repair", REPAIR),
        _section("Exchange", EXCHANGE),
        _section("Step in Saleor", EFFECT),
        _section("Return line: what arrived", LINE_RECEPTION),
        _section("Return line: what is accepted", LINE_ACCEPTANCE),
    ]
    return "\n".join(parts)


def _section(title: str, machine: Machine[StrEnum, StrEnum]) -> str:  # type: ignore[type-var]
    lines = [f"## {title}\n", "```mermaid", "stateDiagram-v2", f"  [*] --> {machine.initial}"]
    lines += [f"  {move.source} --> {move.target}: {move.event}" for move in machine.moves]
    lines += [f"  {state} --> [*]" for state in sorted(machine.ends())]
    lines += ["```", "", "| from | event | to | who |", "|---|---|---|---|"]
    for move in machine.moves:
        lines.append(f"| {move.source} | {move.event} | {move.target} | {', '.join(sorted(move.who))} |")
    return "\n".join([*lines, ""])


def deadlines_page() -> str:
    """docs/deadlines.md: what is waited for, who owes it, and what happens when it does not come."""
    rows = [
        "| waiting for | owner | length | reminder before the end | on time-out | states |",
        "|---|---|---|---|---|---|",
    ]
    for wait, clause in PROTOCOL.items():
        states = [
            f"{machine.noun} {state.replace('_', ' ')}"  # type: ignore[attr-defined]
            for machine, waits in WAITING.items()
            for state, waited in waits.items()
            if waited is wait
        ]
        owner = "the other side" if wait is Wait.OFFER else _OWNERS[clause.owner]
        length = _counted(clause.length.length, clause.length.unit.value.replace("_", " "))
        remind = _counted(clause.remind.days, "days") if clause.remind else ""
        rows.append(
            f"| {wait.value.replace('_', ' ')} | {owner} | {length} | {remind} | {_TIME_OUTS[clause.default]} | {', '.join(states)} |"
        )
    return _DEADLINES.format(table="\n".join(rows))


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit.removesuffix('s') if number == 1 else unit}"


_OWNERS = {Who.STAFF: "shop", Who.SHOPPER: "shopper", Who.SYSTEM: "carrier or payment provider"}
_TIME_OUTS = {
    TimeOut.APPROVE: "approved by itself where the policy lets a rule approve it, else escalated",
    TimeOut.ESCALATE: "escalated",
    TimeOut.EXPIRE: "the case expires",
    TimeOut.DECLINE: "counts as declined",
    TimeOut.LAPSE: "the offer lapses, back to review",
    TimeOut.HAND_OVER: "handed to a person",
    TimeOut.ALARM: "alarm until it is paid",
    TimeOut.CLOSE: "the case is closed",
}
_DEADLINES = """# Deadlines

Written by `make docs` from `domain/deadlines.py`, which decides all of it.

{table}

- **Lengths** are those of the table unless a policy's rule says otherwise; a case keeps the ones it was judged by. Of a withdrawal by
  law, the refund is due by the law's date where that comes first: 14 days from the notice (EU), 14 days (UK) or 7 days (China) from
  the goods. A shop may wait for the goods; where they come after that date, the refund is due on the next business day.
- **Days** are the shop's: its time zone, its holidays, its closed days (Settings, Deadlines). The day on which a wait begins is not
  counted, and the last one counts to its end, so that the day that people read is a day they have. Hours are exact.
- **Reminders** go to shoppers, in their language, with the date. One whose deadline has passed meanwhile is not sent.
- **Escalated** names a person, a group or a role (Settings, Deadlines; the role admin where nobody is named): on the case, in its
  history, by mail. The case stays overdue until somebody acts. Where the name leads to nobody, the shop's contact address gets the mail.
- **Handed to a person** and **alarm** do the same, and the case needs attention until the parcel is received or given more time, or
  the refund is paid.
- A case that expired for want of evidence can be **reopened**, by its shopper while its items could still be asked for anew, by
  staff later too. Staff can **give more time** at any step; a shopper who owes it is told.
- A worker looks every second. It acts on each deadline once, in a transaction of its own that locks the case, the longest due
  first, also after days of standing still. What belongs to a shop that is paused or disconnected waits.
- To watch them: `python -m demo forward 3d` moves the clock of a running demo.
"""


def settings_table() -> str:
    """The configuration, as a table."""
    rows = ["| setting | default | what it is |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = field.get_default()
        shown = default.get_secret_value() if hasattr(default, "get_secret_value") else default
        rows.append(
            f"| `{PREFIX}{name.upper()}` | {f'`{shown}`' if shown != '' else '(empty)'} | {field.description or ''} |"
        )
    return "\n".join(rows)


def operating_page(current: str) -> str:
    """docs/operating.md with a fresh table."""
    before, _, rest = current.partition(BEGIN)
    after = rest.partition(END)[2]
    return f"{before}{BEGIN}\n{settings_table()}\n{END}{after}"


TABLES, END_OF_TABLES = "<!-- tables: written by `make docs` -->", "<!-- end of tables -->"


def policy_page(current: str) -> str:
    """docs/policy.md with fresh tables."""
    before, _, rest = current.partition(TABLES)
    after = rest.partition(END_OF_TABLES)[2]
    tables = [
        _kinds("Conditions", When),
        _kinds("Actions", Then),
        "## Presets\n\n| preset | rules | source | as of |\n|---|---:|---|---|\n"
        + "\n".join(
            f"| {preset.name} | {len(preset.build().rules)} | {preset.source} | {preset.as_of} |" for preset in PRESETS
        ),
        _rights(),
    ]
    return f"{before}{TABLES}\n" + "\n\n".join(tables) + f"\n{END_OF_TABLES}{after}"


def _kinds(title: str, union: object) -> str:
    rows = [f"## {title}\n", "| kind | fields | what it is |", "|---|---|---|"]
    for kind in get_args(get_args(union)[0]):
        fields = ", ".join(f"`{name}`" for name in (field.name for field in dataclasses.fields(kind)) if name != "kind")
        about = " ".join((inspect.getdoc(kind) or "").split())
        rows.append(f"| `{kind.__dataclass_fields__['kind'].default}` | {fields} | {about} |")
    return "\n".join(rows)


def _rights() -> str:
    rows = [
        "## Rights of withdrawal\n",
        "Numbers to begin with, not legal advice.\n",
        "| where | days from the last parcel | not told | refund | goods back | source | as of |",
        "|---|---:|---|---|---|---|---|",
    ]
    by_right: dict[WithdrawalRight, list[str]] = {}
    for country, right in RIGHTS.items():
        by_right.setdefault(right, []).append(country)
    for right, countries in by_right.items():
        told = f"+{right.months_if_not_told} months" if right.months_if_not_told else "no longer"
        refund = f"{right.refund_days} days from {right.refund_from}"
        goods = f"{right.goods_back_days} days" if right.goods_back_days else "no time given"
        rows.append(
            f"| {' '.join(countries)} | {right.days} | {told} | {refund} | {goods} | {right.source} | {right.as_of} |"
        )
    return "\n".join(rows)


def pages() -> dict[Path, str]:
    operating, policy = DOCS / "operating.md", DOCS / "policy.md"
    return {
        DOCS / "machines.md": machine_page(),
        DOCS / "deadlines.md": deadlines_page(),
        policy: policy_page(policy.read_text(encoding="utf-8")),
        operating: operating_page(operating.read_text(encoding="utf-8")),
    }


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
        print(f"docs/{path.name} written")
