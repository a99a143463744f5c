"""Saleor's schemas and recordings, where the optional folder `../shared/saleor` lies beside the checkout."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from graphql import GraphQLSchema, build_schema

VERSIONS = ("3.21", "3.22", "3.23", "main")
_FOLDER = Path(__file__).resolve().parents[2] / "shared" / "saleor"


def shared(name: str) -> Path:
    """A file of that folder; skips the test where it is not there."""
    path = _FOLDER / name
    if not path.exists():
        pytest.skip(f"../shared/saleor/{name} is not beside this checkout")
    return path


@cache
def _build(path: Path) -> GraphQLSchema:
    return build_schema(path.read_text(encoding="utf-8"), assume_valid=True)


def schema_of(version: str) -> GraphQLSchema:
    return _build(shared(f"schema-{version}.graphql"))


def read_recording(name: str) -> Any:
    return json.loads(shared(f"recordings/{name}.json").read_text(encoding="utf-8"))


def read_recordings() -> dict[str, Any]:
    """All exchanges by name, without the webhooks."""
    return {path.stem: read_recording(path.stem) for path in sorted(shared("recordings").glob("*-*.json"))}
