"""The GraphQL documents of `graphql/`, parsed and serialised once, when this module is imported.

What runs is what lies there: nothing builds a query from pieces of text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    Visitor,
    parse,
    strip_ignored_characters,
    visit,
)

_PACKAGE = Path(__file__).resolve().parents[2]
#: In an installed wheel the documents are package data; in a checkout they lie at the top.
FOLDER = _PACKAGE / "_graphql" if (_PACKAGE / "_graphql").is_dir() else _PACKAGE.parent / "graphql"


class Kind(StrEnum):
    QUERY = "query"
    MUTATION = "mutation"
    SUBSCRIPTION = "subscription"


@dataclass(frozen=True, eq=False)
class Document:
    """One operation with the fragments it uses. `text` is what Saleor receives: no comments, no needless spaces."""

    name: str
    kind: Kind
    text: str
    node: DocumentNode

    @cached_property
    def _prefix(self) -> str:
        return f'{{"operationName":{json.dumps(self.name)},"query":{json.dumps(self.text)},"variables":'

    def body(self, variables: Mapping[str, Any]) -> bytes:
        """The JSON body of a request. Only the variables are serialised anew."""
        return f"{self._prefix}{json.dumps(variables, ensure_ascii=False, allow_nan=False)}}}".encode()


class _Spreads(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
        self.names.append(node.name.value)


def _spreads(node: OperationDefinitionNode | FragmentDefinitionNode) -> list[str]:
    visitor = _Spreads()
    visit(node, visitor)
    return visitor.names


def _read_fragments(folder: Path) -> dict[str, tuple[FragmentDefinitionNode, str]]:
    found: dict[str, tuple[FragmentDefinitionNode, str]] = {}
    for path in sorted((folder / "fragments").glob("*.graphql")):
        source = path.read_text(encoding="utf-8")
        for definition in parse(source, no_location=True).definitions:
            if isinstance(definition, FragmentDefinitionNode):
                found[definition.name.value] = (definition, source)
    return found


def read_documents(folder: Path) -> dict[str, Document]:
    """Every operation below `folder`, by its name. Raises GraphQLSyntaxError, and ValueError for a repeated name."""
    fragments = _read_fragments(folder)
    documents: dict[str, Document] = {}
    for path in sorted(folder.glob("*/*.graphql")):
        source = path.read_text(encoding="utf-8")
        for definition in parse(source, no_location=True).definitions:
            if not isinstance(definition, OperationDefinitionNode) or definition.name is None:
                continue
            used: dict[str, tuple[FragmentDefinitionNode, str]] = {}
            wanted = _spreads(definition)
            while wanted:
                name = wanted.pop()
                if name not in used:
                    used[name] = fragments[name]
                    wanted += _spreads(fragments[name][0])
            name = definition.name.value
            if name in documents:
                raise ValueError(f"two operations are named {name}")
            documents[name] = Document(
                name=name,
                kind=Kind(definition.operation.value),
                text=strip_ignored_characters("\n".join([source, *(text for _, text in used.values())])),
                node=DocumentNode(definitions=(definition, *(fragment for fragment, _ in used.values()))),
            )
    return documents


DOCUMENTS = read_documents(FOLDER)
