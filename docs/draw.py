"""Redraws what the docs take from the code: `make docs`. A test fails when a file is stale."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from saleor_returns_app.config import PREFIX, Settings
from saleor_returns_app.domain.cases import LINE_ACCEPTANCE, LINE_RECEPTION, RETURN_CASE
from saleor_returns_app.domain.machines import Machine
from saleor_returns_app.domain.offers import OFFER
from saleor_returns_app.domain.refunds import REFUND

DOCS = Path(__file__).parent
BEGIN, END = "<!-- settings: written by `make docs` -->", "<!-- end of settings -->"


def machine_page() -> str:
    """docs/machines.md: every state machine as a diagram and a table."""
    parts = [
        "# States and moves\n",
        "Written by `make docs` from the tables in the code, which decide what is possible.\n",
        _section("Return case", RETURN_CASE),
        _section("Refund", REFUND),
        _section("Offer", OFFER),
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


def pages() -> dict[Path, str]:
    operating = DOCS / "operating.md"
    return {DOCS / "machines.md": machine_page(), operating: operating_page(operating.read_text(encoding="utf-8"))}


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
        print(f"docs/{path.name} written")
