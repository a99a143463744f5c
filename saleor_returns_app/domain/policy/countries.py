"""Groups of countries that documents may name in place of their members."""

from __future__ import annotations

from collections.abc import Iterable

#: Member states of the European Union since 1 February 2020.
EU = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()  # noqa: SIM905 (one line)
)
#: Where the EU's consumer law holds as well: the European Economic Area.
EEA = EU | frozenset({"IS", "LI", "NO"})

GROUPS = {"EU": EU, "EEA": EEA}


def members(codes: Iterable[str]) -> frozenset[str]:
    """Countries that these codes and names of groups stand for."""
    found: set[str] = set()
    for code in codes:
        found |= GROUPS.get(code.upper(), {code.upper()})
    return frozenset(found)
