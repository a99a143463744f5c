"""The stand-in understands every document of the app, in each version that has it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from demo.shop.schema import build, version_tuple
from graphql import parse, validate

_ROOT = Path(__file__).resolve().parents[2] / "graphql"
_FRAGMENTS = {
    match: path.read_text(encoding="utf-8")
    for path in sorted((_ROOT / "fragments").glob("*.graphql"))
    for match in re.findall(r"fragment (\w+) on", path.read_text(encoding="utf-8"))
}
_VERSIONS = ("3.21.69", "3.22.67", "3.23.28")
_DOCUMENTS = sorted(path for path in _ROOT.rglob("*.graphql") if path.parent.name != "fragments")


def with_fragments(text: str) -> str:
    """The document and the fragments that it uses, directly or not."""
    used: dict[str, str] = {}
    waiting = re.findall(r"\.\.\.(\w+)", text)
    while waiting:
        name = waiting.pop()
        if name not in used and name in _FRAGMENTS:
            used[name] = _FRAGMENTS[name]
            waiting += re.findall(r"\.\.\.(\w+)", used[name])
    return "\n".join([text, *used.values()])


def known_documents() -> list[tuple[str, Path]]:
    """Each document in each version that has what it asks for."""
    pairs = []
    for path in _DOCUMENTS:
        since = re.search(r"# since: ([\d.]+)", path.read_text(encoding="utf-8"))
        wanted = version_tuple(since[1]) if since else (0,)
        pairs += [(version, path) for version in _VERSIONS if version_tuple(version) >= wanted]
    return pairs


@pytest.mark.parametrize(("version", "path"), known_documents(), ids=lambda value: getattr(value, "stem", value))
def test_every_document_is_valid(version: str, path: Path) -> None:
    text = with_fragments(path.read_text(encoding="utf-8"))
    assert validate(build(version), parse(text)) == []
